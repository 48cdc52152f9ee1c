// Cutting tokens into samples.
#include "runtime/text/windows.h"

#include "runtime/rand/rand.h"

namespace plumbline::runtime::text {

using data::Sample;
using spec::fail;

namespace {

// [n, length] or [length]: the tokens from each place on.
spec::Tensor<std::int64_t> taken(const Tokens& tokens, std::span<const Index> from, Index length, spec::Shape shape) {
  std::vector<std::int64_t> out;
  out.reserve(from.size() * static_cast<std::size_t>(length));
  for (const Index at : from) out.insert(out.end(), tokens.begin() + at, tokens.begin() + at + length);
  return {std::move(shape), std::move(out)};
}

class Windows final : public data::Source {
 public:
  Windows(Tokens tokens, const WindowOptions& options) : tokens_(std::move(tokens)), options_(options) {}
  Index size() const override {
    return (static_cast<Index>(tokens_.size()) - options_.length - 1) / options_.stride + 1;
  }
  Result<Sample> at(Index i) const override {
    const Index from = i * options_.stride, next = from + 1;
    return Sample{taken(tokens_, {&from, 1}, options_.length, {options_.length}),
                  taken(tokens_, {&next, 1}, options_.length, {options_.length})};
  }
  Result<Sample> gather(std::span<const Index> which) const override {
    std::vector<Index> from, next;
    for (const Index i : which) from.push_back(i * options_.stride), next.push_back(from.back() + 1);
    const spec::Shape shape{static_cast<Index>(which.size()), options_.length};
    return Sample{taken(tokens_, from, options_.length, shape), taken(tokens_, next, options_.length, shape)};
  }

 private:
  Tokens tokens_;
  WindowOptions options_;
};

Result<void> check_length(const Tokens& tokens, Index length) {
  const auto n = static_cast<Index>(tokens.size());
  if (length < 1) return fail("[windows] found length ", length, ", expected at least 1");
  if (length >= n) return fail("[windows] found ", n, " tokens, expected more than the length, ", length);
  return {};
}

}  // namespace

Result<data::Dataset> windows(Tokens tokens, const WindowOptions& options) {
  if (auto ok = check_length(tokens, options.length); !ok) return tl::unexpected(ok.error());
  if (options.stride < 1) return fail("[windows] found stride ", options.stride, ", expected at least 1");
  return data::Dataset::from_source(std::make_shared<Windows>(std::move(tokens), options));
}

Result<Sample> random_windows(const Tokens& tokens, Index length, Index batch, std::uint64_t seed, Index step) {
  if (auto ok = check_length(tokens, length); !ok) return tl::unexpected(ok.error());
  if (batch < 1) return fail("[windows] found a batch of ", batch, ", expected at least 1");
  rand::Draws draws(seed, static_cast<std::uint64_t>(step));
  std::vector<Index> from, next;
  for (Index i = 0; i < batch; ++i) {
    from.push_back(draws.below(static_cast<Index>(tokens.size()) - length));
    next.push_back(from.back() + 1);
  }
  return Sample{taken(tokens, from, length, {batch, length}), taken(tokens, next, length, {batch, length})};
}

Tokens padded(Tokens tokens, Index length, std::int64_t pad) {
  tokens.resize(static_cast<std::size_t>(std::max<Index>(0, length)), pad);
  return tokens;
}

}  // namespace plumbline::runtime::text
