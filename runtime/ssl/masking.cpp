// Masks, and samples that are masked.
#include "runtime/ssl/masking.h"

#include <cmath>

#include "runtime/rand/rand.h"

namespace plumbline::runtime::ssl {

using spec::fail;
using spec::Tensor;

namespace {

// The grid of blocks over a shape: how many along each axis, and the number of the block that holds an element.
class Blocks {
 public:
  static Result<Blocks> over(const Shape& shape, const std::vector<Index>& widths) {
    if (!shape.valid()) return fail("[mask] found shape ", shape, ", expected one that a tensor can have");
    if (static_cast<Index>(widths.size()) != shape.rank())
      return fail("[mask] found ", widths.size(), " widths, expected one for each axis of ", shape);
    Blocks out;
    out.shape_ = shape;
    for (std::size_t a = 0; a < widths.size(); ++a) {
      const Index extent = shape[static_cast<Index>(a)];
      if (widths[a] < 0) return fail("[mask] found width ", widths[a], ", expected at least 0");
      const Index width = widths[a] == 0 ? std::max<Index>(1, extent) : widths[a];
      out.widths_.push_back(width);
      out.counts_.push_back(extent / width + (extent % width == 0 ? 0 : 1));
    }
    return out;
  }
  Index count() const { return counts_.size(); }
  Index block_of(Index element) const {
    Index block = 0, step = 1;
    for (Index a = shape_.rank(); a-- > 0; element /= shape_[a]) {
      block += step * (element % shape_[a] / widths_[static_cast<std::size_t>(a)]);
      step *= counts_[a];
    }
    return block;
  }
  template <class Hidden>
  Tensor<float> mask(Hidden&& is_hidden) const {
    return Tensor<float>::generate(shape_, [&](Index i) { return is_hidden(block_of(i)) ? 1.0F : 0.0F; });
  }

 private:
  Shape shape_, counts_;
  std::vector<Index> widths_;
};

}  // namespace

Result<Tensor<float>> random_mask(const Shape& shape, double p, std::uint64_t seed, std::uint64_t stream) {
  return rand::bernoulli(shape, seed, p, stream);
}

Result<Tensor<float>> block_mask(const Shape& shape, const std::vector<Index>& widths, double ratio,
                                 std::uint64_t seed, std::uint64_t stream) {
  if (!(ratio >= 0 && ratio <= 1)) return fail("[mask] found ratio ", ratio, ", expected one in [0, 1]");
  const auto blocks = Blocks::over(shape, widths);
  if (!blocks) return tl::unexpected(blocks.error());
  const auto order = rand::permutation(blocks->count(), seed, stream);
  const auto hidden = static_cast<std::size_t>(std::llround(ratio * static_cast<double>(order.size())));
  std::vector<bool> is_hidden(order.size(), false);
  for (std::size_t i = 0; i < hidden; ++i) is_hidden[static_cast<std::size_t>(order[i])] = true;
  return blocks->mask([&](Index block) { return is_hidden[static_cast<std::size_t>(block)]; });
}

Result<Tensor<float>> periodic_block_mask(const Shape& shape, const std::vector<Index>& widths, Index period,
                                          Index offset) {
  if (period < 0 || offset < 0)
    return fail("[mask] found period ", period, " and offset ", offset, ", expected at least 0");
  const auto blocks = Blocks::over(shape, widths);
  if (!blocks) return tl::unexpected(blocks.error());
  const bool none = period == 0 || std::ranges::find(widths, 0) != widths.end();
  return blocks->mask([&](Index block) { return !none && block % period == offset % period; });
}

template <class T>
Result<Tensor<T>> hidden(const Tensor<T>& x, const Tensor<float>& mask) {
  if (x.shape() != mask.shape()) return fail("[mask] found shape ", mask.shape(), ", expected that of x, ", x.shape());
  return Tensor<T>::generate(x.shape(), [&](Index i) { return mask[i] != 0 ? T(0) : x[i]; });
}
template Result<Tensor<float>> hidden(const Tensor<float>&, const Tensor<float>&);
template Result<Tensor<double>> hidden(const Tensor<double>&, const Tensor<float>&);

data::Dataset masked(const data::Dataset& data, MaskOf mask) {
  return data.map([mask = std::move(mask)](Sample sample, Index i) -> Result<Sample> {
    return std::visit(
        [&]<class T>(const Tensor<T>& x) -> Result<Sample> {
          if constexpr (std::is_floating_point_v<T>) {
            const auto m = mask(x.shape(), i);
            if (!m) return tl::unexpected(m.error());
            auto seen = hidden(x, *m);
            if (!seen) return tl::unexpected(seen.error());
            const AnyTensor both[] = {x, Tensor<T>::generate(x.shape(), [&](Index k) { return T((*m)[k]); })};
            auto target = data::stack(both, "masked");
            if (!target) return tl::unexpected(target.error());
            return Sample{std::move(*seen), std::move(*target)};
          } else {
            return fail("[mask] sample ", i, ": found ", name_of(dtype_of<T>), ", expected f32 or f64");
          }
        },
        sample.x);
  });
}

Result<Sample> mask_tokens(const Tensor<std::int64_t>& tokens, const TokenMasking& o, std::uint64_t seed,
                           std::uint64_t stream) {
  if (!(o.p >= 0 && o.p <= 1) || !(o.keep >= 0 && o.random >= 0 && o.keep + o.random <= 1))
    return fail("[mask] found p = ", o.p, ", keep = ", o.keep, ", random = ", o.random, ", expected probabilities");
  if (o.vocabulary < 1 || o.mask_token < 0 || o.mask_token >= o.vocabulary)
    return fail("[mask] found mask token ", o.mask_token, ", expected one of a vocabulary of ", o.vocabulary);
  if (auto ok = data::check_labels(tokens, o.vocabulary, "tokens"); !ok) return tl::unexpected(ok.error());
  rand::Draws draws(seed, stream);
  std::vector<std::int64_t> x, y;
  for (const std::int64_t token : tokens.elements()) {
    const double asked = draws.unit(), how = draws.unit();
    const std::int64_t any = draws.below(o.vocabulary);
    const bool is_asked = asked < o.p;
    y.push_back(is_asked ? token : o.ignore);
    x.push_back(!is_asked || how < o.keep ? token : how < o.keep + o.random ? any : o.mask_token);
  }
  return Sample{Tensor<std::int64_t>(tokens.shape(), std::move(x)), Tensor<std::int64_t>(tokens.shape(), std::move(y))};
}

}  // namespace plumbline::runtime::ssl
