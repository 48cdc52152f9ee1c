// Sources of choices.
#include "crosscheck/sample/choices.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace plumbline::crosscheck {

namespace {

constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;

// hi − lo as a count of steps, which fits for any two 64-bit ends.
std::uint64_t steps(std::int64_t lo, std::int64_t hi) {
  return static_cast<std::uint64_t>(hi) - static_cast<std::uint64_t>(lo);
}

std::int64_t at(std::int64_t lo, std::uint64_t step) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(lo) + step);
}

}  // namespace

std::uint64_t mix(std::uint64_t word) {
  std::uint64_t z = word + golden;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

std::uint64_t mix(std::uint64_t seed, std::string_view name) {
  std::uint64_t key = mix(mix(seed) ^ name.size());
  for (unsigned char c : name) key = mix(key ^ c);
  return key;
}

RandomChoices::RandomChoices(std::uint64_t key) {
  for (std::uint64_t& word : state_) word = mix(key += golden);
}

RandomChoices::RandomChoices(std::uint64_t seed, std::string_view law, std::string_view op, std::uint64_t number,
                             std::uint64_t attempt)
    : RandomChoices(mix(mix(mix(mix(seed, law), op) ^ number) ^ attempt)) {}

std::uint64_t RandomChoices::word() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9, shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::int64_t RandomChoices::pick(std::int64_t lo, std::int64_t hi) {
  const std::uint64_t range = steps(lo, hi);
  if (range == ~std::uint64_t{0}) return at(lo, word());
  const std::uint64_t count = range + 1, usable = ~std::uint64_t{0} - (~std::uint64_t{0} % count + 1) % count;
  std::uint64_t w = word();
  while (w > usable) w = word();
  return at(lo, w % count);
}

double RandomChoices::unit() { return std::ldexp(static_cast<double>(word() >> 11), -53); }

double RandomChoices::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - unit()));
  return radius * std::cos(2 * std::numbers::pi * unit());
}

std::int64_t RecordedChoices::pick(std::int64_t lo, std::int64_t hi) {
  if (next_ == answers_.size()) answers_.push_back(then_ == nullptr ? 0 : steps(lo, then_->pick(lo, hi)));
  return at(lo, std::min(answers_[next_++], steps(lo, hi)));
}

std::int64_t ByteChoices::pick(std::int64_t lo, std::int64_t hi) {
  const std::uint64_t range = steps(lo, hi);
  std::uint64_t w = 0;
  for (std::uint64_t left = range; left > 0 && !bytes_.empty(); left >>= 8) {
    w = w << 8 | bytes_.front();
    bytes_ = bytes_.subspan(1);
  }
  return at(lo, range == ~std::uint64_t{0} ? w : w % (range + 1));
}

}  // namespace plumbline::crosscheck
