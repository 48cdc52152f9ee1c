// Random streams: pure functions of a key and an index, the same on every device and in every order.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

namespace plumbline::spec {

// The output step of SplitMix64 (Steele, Lea, Flood 2014): a bijection of the 64-bit integers.
constexpr std::uint64_t mix(std::uint64_t x) {
  std::uint64_t z = x + 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

// The key of a stream. Seed and stream are mixed on their own before they meet, so that neither neighbours nor
// (1, 2) and (2, 1) share a sequence.
constexpr std::uint64_t key(std::uint64_t seed, std::uint64_t stream) {
  return mix(std::rotl(mix(seed), 32) ^ mix(stream));
}

// Draw i of a stream.
constexpr std::uint64_t draw(std::uint64_t key, std::uint64_t i) { return mix(key + i); }

// The top 24 bits of a draw over 2^24: in [0, 1), exact in binary32.
constexpr float unit(std::uint64_t draw) { return static_cast<float>(draw >> 40) * 0x1p-24f; }

// A name as a stream: FNV-1a over its bytes.
constexpr std::uint64_t named_stream(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

// The key of a dropout mask: of the layer's path and the step, so that rewriting a graph cannot change it.
constexpr std::uint64_t mask_key(std::uint64_t seed, std::string_view path, std::uint64_t step) {
  return key(key(seed, named_stream(path)), step);
}

// Entry i of a mask is kept with probability 1 − p: never for p ≥ 1, always for p ≤ 0.
constexpr bool kept(std::uint64_t mask_key, std::uint64_t i, double p) { return unit(draw(mask_key, i)) >= p; }

// The stream scheme `torchlean`: the sequences of TorchLean, whose keys alias (seed 1, counter 2) with (2, 1).
namespace torchlean {

constexpr std::uint64_t key(std::uint64_t seed, std::uint64_t counter) { return mix(seed + counter); }
constexpr std::uint64_t next_seed(std::uint64_t seed, std::uint64_t counter) {
  return mix(seed + counter + 0x9e3779b97f4a7c15u);
}
constexpr std::uint32_t draw(std::uint64_t key, std::uint64_t i) { return static_cast<std::uint32_t>(mix(key + i)); }
// In binary64; rounded to binary32 a sample can be exactly 1.
constexpr double unit(std::uint32_t draw) { return draw * 0x1p-32; }
// Kept with probability p: TorchLean's p is that of keeping.
constexpr bool kept(std::uint64_t key, std::uint64_t i, double p) {
  return p > 0 && (p >= 1 || p > unit(draw(key, i)));
}

}  // namespace torchlean

}  // namespace plumbline::spec
