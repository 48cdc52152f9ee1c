// Sources of choices: random and keyed, recorded, or read from a fuzzer's bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "spec/lang/choices.h"

namespace plumbline::crosscheck {

// The SplitMix64 output step: a bijection of 64-bit words that leaves no visible structure.
std::uint64_t mix(std::uint64_t word);
// The words and names of a key, mixed one after another; neighbouring keys share nothing.
std::uint64_t mix(std::uint64_t seed, std::string_view name);

// xoshiro256**, a pure function of its key: the same choices whoever draws them, and in whatever order cases run.
class RandomChoices final : public spec::Choices {
 public:
  explicit RandomChoices(std::uint64_t key);
  RandomChoices(std::uint64_t seed, std::string_view law, std::string_view op, std::uint64_t number,
                std::uint64_t attempt = 0);

  std::int64_t pick(std::int64_t lo, std::int64_t hi) override;
  std::uint64_t word();
  double unit();    // in [0, 1), 53 bits
  double normal();  // mean 0, deviation 1, a full significand

 private:
  std::array<std::uint64_t, 4> state_;
};

// Replays a list of answers, each as its distance from lo; past its end the simplest answer, or those of another
// source, which it records.
class RecordedChoices final : public spec::Choices {
 public:
  RecordedChoices(std::vector<std::uint64_t> answers, spec::Choices* then = nullptr)
      : answers_(std::move(answers)), then_(then) {}
  std::int64_t pick(std::int64_t lo, std::int64_t hi) override;
  const std::vector<std::uint64_t>& answers() const { return answers_; }

 private:
  std::vector<std::uint64_t> answers_;
  std::size_t next_ = 0;
  spec::Choices* then_;
};

// Each answer takes as many bytes as its range needs; past the end all answers are the simplest.
class ByteChoices final : public spec::Choices {
 public:
  explicit ByteChoices(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  std::int64_t pick(std::int64_t lo, std::int64_t hi) override;
  bool exhausted() const { return bytes_.empty(); }

 private:
  std::span<const std::uint8_t> bytes_;
};

}  // namespace plumbline::crosscheck
