// Drawing cases of one op.
#include "crosscheck/sample/draw.h"

#include <algorithm>
#include <array>

#include "crosscheck/sample/enlarge.h"
#include "spec/eval/interpret.h"

namespace plumbline::crosscheck {

using spec::Domain;
using spec::Index;

namespace {

constexpr Index most_meeting = 1 << 20;  // places at which zeros of several inputs meet
constexpr int samples = 24;  // tries to meet a wish

// Whether data exist: an index into an empty axis has none. Sizes are added with care, shapes may be large.
bool fits(const spec::OpSample& sample, Index most) {
  const auto out = sample.op->shape(sample.shapes);
  if (!out) return false;
  Index total = out->size();
  for (std::size_t i = 0; i < sample.shapes.size() && total <= most; ++i) {
    total += sample.shapes[i].size();
    if (sample.op->index_extent(i, sample.shapes) == 0 && sample.shapes[i].size() > 0) return false;
  }
  return total <= most;
}

// The pattern of one input. Inputs share the pattern in half of the cases; grids stay grids, so that results are exact,
// near ties near ties, so that operands tie; bit patterns and tiny numbers meet their like: results are subnormal.
Pattern input_pattern(spec::Choices& choices, Pattern p, std::size_t input) {
  static const std::vector<Pattern> shared{Pattern::grid, Pattern::near_ties, Pattern::bits, Pattern::tiny};
  const bool stays = std::find(shared.begin(), shared.end(), p) != shared.end();
  if (input == 0 || stays || choices.coin()) return p;
  static const std::vector<Pattern> mild{Pattern::normal, Pattern::uniform, Pattern::lognormal, Pattern::grid,
                                         Pattern::hard};
  return choices.one_of(mild);
}

Pattern cotangent_pattern(Pattern p) {
  return p == Pattern::grid || p == Pattern::wide || p == Pattern::cancellation || p == Pattern::tiny ? p
                                                                                                      : Pattern::normal;
}

// Special values stand out among mild ones: with operands near overflow the order of a sum decides between inf and NaN,
// and so it does where a difference of nearly equal operands, which is or is not zero, meets an infinity.
Pattern mild_pattern(Pattern p) {
  static constexpr std::array mild{Pattern::grid, Pattern::normal,    Pattern::uniform,
                                   Pattern::hard, Pattern::lognormal, Pattern::sorted};
  return std::find(mild.begin(), mild.end(), p) != mild.end() ? p : Pattern::normal;
}

Case filled(const spec::OpSample& sample, spec::Choices& data, Pattern pattern, const Wish& wish) {
  Case c;
  c.graph = spec::value_or_throw(spec::graph_of(sample.op, sample.shapes));
  if (wish.special) pattern = mild_pattern(pattern);
  const Index meeting = wish.special ? data.pick(0, most_meeting) : 0;
  for (std::size_t i = 0; i < sample.shapes.size(); ++i) {
    Domain domain = sample.domains[i];
    const Index most = sample.op->index_extent(i, sample.shapes);  // a domain may ask for less: a step counts from 0
    domain.extent = domain.extent > 0 && most > 0 ? std::min(domain.extent, most) : most;
    domain.ignored = sample.op->ignored_index();
    Values x = fill(data, input_pattern(data, pattern, i), sample.shapes[i], domain, wish.format);
    if (wish.special && domain.extent < 0 && !domain.truth) x = sprinkle_specials(data, x, meeting);
    c.data.push_back(std::move(x));
  }
  if (wish.cotangent) {
    c.cotangent = fill(data, cotangent_pattern(pattern), c.graph.node(c.output()).shape, Domain::any(), wish.format);
    if (wish.special && data.coin()) c.cotangent = sprinkle_specials(data, c.cotangent, meeting);
  }
  return c;
}

// A sample within the wish, made larger: all equal extents by turns with all extents.
std::optional<Case> draw_large(const spec::OpEntry& entry, spec::Choices& shapes, spec::Choices& data, Pattern pattern,
                               const Wish& wish, std::uint64_t turn) {
  for (int i = 0; i < samples; ++i) {
    const spec::OpSample sample = entry.sample(shapes);
    if (!fits(sample, wish.most_elements)) continue;
    auto large = enlarged(sample, /*all_axes=*/(turn + static_cast<std::uint64_t>(i)) % 2 == 0);
    if (large && fits(*large, most_large_elements)) return filled(*large, data, pattern, wish);
  }
  return std::nullopt;
}

}  // namespace

Pattern pattern_of(const DrawKey& key) { return static_cast<Pattern>((key.number + key.attempt) % pattern_count); }

std::optional<Case> draw_case(const spec::OpEntry& entry, spec::Choices& shapes, spec::Choices& data, Pattern pattern,
                              const Wish& wish) {
  for (int i = 0; i < samples; ++i) {
    const spec::OpSample sample = entry.sample(shapes);
    if (fits(sample, wish.most_elements)) return filled(sample, data, pattern, wish);
  }
  return std::nullopt;
}

std::optional<Case> draw_case(const spec::OpEntry& entry, const DrawKey& key, const Wish& wish) {
  RandomChoices shapes(key.seed, key.law, entry.name, key.number, key.attempt / attempts_per_shape);
  RandomChoices data(mix(key.seed, "data"), key.law, entry.name, key.number, key.attempt);
  std::optional<Case> c;
  if (wish.large_every > 0 && key.number % wish.large_every == wish.large_every - 1)
    c = draw_large(entry, shapes, data, pattern_of(key), wish, key.number / wish.large_every);
  if (!c) c = draw_case(entry, shapes, data, pattern_of(key), wish);
  if (c) c->seed = key.seed, c->number = key.number;
  return c;
}

}  // namespace plumbline::crosscheck
