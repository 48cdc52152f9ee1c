// Making calls that may not fit.
#include "crosscheck/sample/misfit.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace plumbline::crosscheck {

using spec::Choices;
using spec::Index;
using spec::Shape;

namespace {

constexpr Index least = std::numeric_limits<Index>::min(), most = std::numeric_limits<Index>::max();

Index pick_below(Choices& choices, std::size_t n) { return choices.pick(0, static_cast<Index>(n) - 1); }

// What is said about x + d is never an overflow of ours.
Index plus(Index x, Index d) {
  Index sum = 0;
  return __builtin_add_overflow(x, d, &sum) ? x : sum;
}
Index times(Index x, Index d) {
  Index product = 0;
  return __builtin_mul_overflow(x, d, &product) ? x : product;
}

// An integer near x, one that is often a limit, or one at the ends of 64 bits.
Index spoilt_integer(Choices& choices, Index x) {
  static const std::vector<Index> small{0, 1, 2, 3, -1, -2, 5, 7, 17};
  static const std::vector<Index> large{
      Index{1} << 20, 1000003,       Index{1} << 31, Index{1} << 32, spec::max_elements, spec::max_elements + 1,
      Index{1} << 62, most - 1,      most,           least,          least + 1,          -1000003,
      Index{1} << 21, Index{1} << 41};
  switch (choices.pick(0, 7)) {
    case 0:
    case 1:
      return plus(x, 1);
    case 2:
      return plus(x, -1);
    case 3:
      return times(x, choices.pick(2, 3));
    case 4:
      return times(x, -1);
    case 5:
      return choices.one_of(large);
    default:
      return choices.one_of(small);
  }
}

Index spoilt_extent(Choices& choices, Index extent) {
  const Index changed = spoilt_integer(choices, extent);
  return changed >= 0 || choices.pick(0, 3) == 3 ? changed : times(changed, -1);
}

// The largest extent that an axis may have beside the others.
Index largest_beside(const std::vector<Index>& dims, std::size_t axis) {
  Index room = spec::max_elements;
  for (std::size_t i = 0; i < dims.size(); ++i)
    if (i != axis && dims[i] > 1) room /= dims[i];
  return room;
}

// One shape: an extent, an axis less, an axis more, two axes exchanged, or as large as it may be.
void spoil_shape(Choices& choices, Shape& shape) {
  auto dims = shape.dims();
  const Index kind = dims.empty() ? 3 : choices.pick(0, 6);
  const auto axis = dims.empty() ? 0 : static_cast<std::ptrdiff_t>(pick_below(choices, dims.size()));
  if (kind < 2 || kind == 5)
    dims[static_cast<std::size_t>(axis)] = spoilt_extent(choices, dims[static_cast<std::size_t>(axis)]);
  else if (kind == 2)
    dims.erase(dims.begin() + axis);
  else if (kind == 6)
    dims[static_cast<std::size_t>(axis)] = largest_beside(dims, static_cast<std::size_t>(axis));
  else if (kind == 3)
    dims.insert(dims.begin() + choices.pick(0, static_cast<Index>(dims.size())), choices.pick(0, 3));
  else
    std::swap(dims.front(), dims[static_cast<std::size_t>(axis)]);
  shape = Shape(std::move(dims));
}

// An extent, wherever it occurs: what had to agree agrees still.
void spoil_extent_everywhere(Choices& choices, spec::Shapes& shapes) {
  const Shape& from = shapes[static_cast<std::size_t>(pick_below(choices, shapes.size()))];
  if (from.rank() == 0) return;
  const Index old = from[pick_below(choices, from.dims().size())], changed = spoilt_extent(choices, old);
  for (Shape& s : shapes)
    for (Index i = 0; i < s.rank(); ++i)
      if (s[i] == old) s[i] = changed;
}

// An axis of all shapes that have it, counted from the front or from the end: taken away, added, or of another extent.
void spoil_axis_everywhere(Choices& choices, spec::Shapes& shapes) {
  const bool back = choices.coin();
  const Index at = choices.pick(0, 3), kind = choices.pick(0, 2), extent = spoilt_extent(choices, 1);
  for (Shape& s : shapes) {
    auto dims = s.dims();
    const Index rank = s.rank(), axis = back ? rank - 1 - at : at;
    if (kind == 0 && at <= rank) dims.insert(dims.begin() + (back ? rank - at : at), extent);
    if (kind == 1 && axis >= 0 && axis < rank) dims.erase(dims.begin() + axis);
    if (kind == 2 && axis >= 0 && axis < rank) dims[static_cast<std::size_t>(axis)] = extent;
    s = Shape(std::move(dims));
  }
}

void spoil_count(Choices& choices, spec::Shapes& shapes) {
  const Index kind = shapes.empty() ? 0 : choices.pick(0, 3);
  if (kind == 0) shapes.push_back(shapes.empty() || choices.coin() ? Shape{choices.pick(0, 3)} : shapes.back());
  if (kind == 1) shapes.pop_back();
  if (kind == 2) shapes.insert(shapes.begin() + pick_below(choices, shapes.size()), shapes.front());
  if (kind == 3) shapes[static_cast<std::size_t>(pick_below(choices, shapes.size()))] = shapes.front();
}

std::string spoilt_number(Choices& choices, const std::string& text) {
  static const std::vector<std::string> reals{"nan",  "inf",    "-inf",   "0",     "-0.5",  "1.5",
                                              "-1",   "1e300",  "-1e300", "5e-324", "1e-300", "2"};
  Index value = 0;
  if (!spec::parse_value(text, value) || choices.pick(0, 3) == 3) return choices.one_of(reals);
  return spec::print_value(spoilt_integer(choices, value));
}

// A word with a letter less, more, doubled or changed; or something else altogether.
std::string spoilt_word(Choices& choices, std::string text, const std::vector<std::string_view>& known) {
  if (!known.empty() && choices.pick(0, 3) > 0) return std::string(choices.one_of(known));
  if (text.empty() || choices.pick(0, 7) == 7) return "nonsense";
  static const std::vector<std::string> pieces{"a", "b", "i", "z", ",", "->", "...", "-", "B", "."};
  const auto at = static_cast<std::size_t>(pick_below(choices, text.size()));
  switch (choices.pick(0, 3)) {
    case 0:
      return text.erase(at, 1);
    case 1:
      return text.insert(at, choices.one_of(pieces));
    case 2:
      return text.insert(at, 1, text[at]);
    default:
      return text.replace(at, 1, choices.one_of(pieces));
  }
}

std::string spoilt_list(Choices& choices, const std::string& text) {
  spec::Axes entries;
  if (!spec::parse_value(text, entries)) return "[]";
  const Index kind = entries.empty() ? 2 : choices.pick(0, 5);
  const auto at = entries.empty() ? 0 : static_cast<std::size_t>(pick_below(choices, entries.size()));
  if (kind == 0) entries[at] = spoilt_integer(choices, entries[at]);
  if (kind == 1) entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(at));
  if (kind == 2) entries.push_back(entries.empty() || choices.coin() ? choices.pick(-2, 3) : entries.back());
  if (kind == 3) entries.assign(entries.size(), spoilt_integer(choices, entries[at]));
  if (kind == 4) entries = {spoilt_integer(choices, entries[at])};
  if (kind == 5) entries.assign(entries.size(), Index{1} << (40 / static_cast<Index>(entries.size())));
  return spec::print_value(entries);
}

void spoil_attribute(Choices& choices, spec::Attributes& attributes, const std::vector<spec::Words>& words) {
  spec::Attribute& a = attributes[static_cast<std::size_t>(pick_below(choices, attributes.size()))];
  std::vector<std::string_view> known;
  for (const spec::Words& w : words)
    if (w.field == a.name) known = w.list();
  a.value = spoilt_value(choices, a.value, known);
}

void spoil_one(Choices& choices, LooseCall& call, const std::vector<spec::Words>& words) {
  const Index kind = choices.pick(0, 11);
  if (kind >= 7 && !call.attributes.empty()) return spoil_attribute(choices, call.attributes, words);
  if (kind == 0 || call.shapes.empty()) return spoil_count(choices, call.shapes);
  if (kind == 1) return spoil_extent_everywhere(choices, call.shapes);
  if (kind == 2) return spoil_axis_everywhere(choices, call.shapes);
  spoil_shape(choices, call.shapes[static_cast<std::size_t>(pick_below(choices, call.shapes.size()))]);
}

}  // namespace

std::string spoilt_value(Choices& choices, const std::string& text, const std::vector<std::string_view>& known) {
  double number = 0;
  if (text == "true" || text == "false") return text == "true" ? "false" : "true";
  if (text.starts_with('[')) return spoilt_list(choices, text);
  if (known.empty() && spec::parse_value(text, number)) return spoilt_number(choices, text);
  return spoilt_word(choices, text, known);
}

void spoil(Choices& choices, LooseCall& call, const std::vector<spec::Words>& words) {
  const Index times = choices.pick(0, 3) < 3 ? 1 : choices.pick(2, 4);
  for (Index i = 0; i < times; ++i) spoil_one(choices, call, words);
}

}  // namespace plumbline::crosscheck
