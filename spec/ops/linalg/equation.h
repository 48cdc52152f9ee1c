// An einsum equation: `ij,jk->ik` names the axes of each operand and those of the result.
#pragma once

#include <string>

#include "spec/ops/apply.h"

namespace plumbline::spec {

// The names of a tensor's axes: letters, and `ellipsis - k` for the axis k places before the end of what `...` stands
// for, so that such axes line up at their right ends.
using AxisNames = std::vector<int>;

struct Equation {
  static constexpr int ellipsis = -1;  // before ranks are known, one entry stands for all axes of `...`
  std::vector<AxisNames> in;
  AxisNames out;
};

inline bool has_name(const AxisNames& names, int name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// `...` first, then the letters that appear exactly once, in the order of ASCII.
inline AxisNames implicit_output(const std::vector<AxisNames>& in) {
  AxisNames times(128, 0), out;
  for (const AxisNames& names : in)
    for (int name : names)
      if (name == Equation::ellipsis) out = {Equation::ellipsis};
      else ++times[static_cast<std::size_t>(name)];
  for (int name = 0; name < 128; ++name)
    if (times[static_cast<std::size_t>(name)] == 1) out.push_back(name);
  return out;
}

// Blanks are skipped; without `->` the output is implicit. `found '>' at 3, expected a letter, a comma, ... or ->`
inline Result<Equation> parse_equation(std::string_view text) {
  Equation e{{{}}, {}};
  AxisNames* term = &e.in.back();
  bool arrow = false;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ') continue;
    if (is_letter(c)) {
      term->push_back(c);
    } else if (text.substr(i, 3) == "..." && !has_name(*term, Equation::ellipsis)) {
      term->push_back(Equation::ellipsis), i += 2;
    } else if (text.substr(i, 2) == "->" && !arrow) {
      arrow = true, term = &e.out, ++i;
    } else if (c == ',' && !arrow) {
      e.in.emplace_back(), term = &e.in.back();
    } else {
      const auto others = arrow ? "" : ", a comma, ->";
      return fail("equation: found '", c, "' at ", i, ", expected a letter", others, " or one ...");
    }
  }
  if (!arrow) e.out = implicit_output(e.in);
  return e;
}

// The names of the axes of one operand, with `...` spread over `rank` minus the letters; an error if that is negative,
// or not 0 without `...`.
inline Result<AxisNames> spread(const AxisNames& names, Index rank) {
  const bool open = has_name(names, Equation::ellipsis);
  const Index letters = static_cast<Index>(names.size()) - (open ? 1 : 0), rest = rank - letters;
  if (rest < 0 || (rest > 0 && !open)) return fail("subscripts name ", letters, " axes, the operand has ", rank);
  AxisNames out;
  for (int name : names) {
    if (name != Equation::ellipsis) out.push_back(name);
    for (Index k = rest; name == Equation::ellipsis && k-- > 0;)
      out.push_back(Equation::ellipsis - static_cast<int>(k));
  }
  return out;
}

// Sums of products as strides: the axes of the output and those that are summed over, and for each operand its steps
// along them; 0 where it lacks the axis, or has extent 1 there.
struct Contraction {
  Shape out, summed;
  std::vector<Axes> out_steps, summed_steps;

  // The offsets of one operand along all places of `axes`, row-major.
  static std::vector<Index> offsets(const Shape& axes, const Axes& steps) {
    std::vector<Index> at{0};
    for (Index a = 0; a < axes.rank(); ++a) {
      std::vector<Index> next;
      next.reserve(at.size() * static_cast<std::size_t>(axes[a]));
      for (Index base : at)
        for (Index k = 0; k < axes[a]; ++k) next.push_back(base + k * steps[static_cast<std::size_t>(a)]);
      at = std::move(next);
    }
    return at;
  }
};

// The extent of an axis name among the operands: 1 broadcasts, within one operand all extents are equal.
inline Result<Index> extent_of(int name, const std::vector<AxisNames>& names, const Shapes& shapes) {
  Index extent = 1;
  for (std::size_t p = 0; p < shapes.size(); ++p) {
    Index own = -1;
    for (std::size_t a = 0; a < names[p].size(); ++a) {
      if (names[p][a] != name) continue;
      const Index d = shapes[p][static_cast<Index>(a)];
      if (own >= 0 && d != own) return fail("the diagonal of operand ", p, " has extents ", own, " vs ", d);
      if (own < 0 && d != 1 && extent != 1 && d != extent) return fail("extents differ: ", extent, " vs ", d);
      own = d;
      if (d != 1) extent = d;
    }
  }
  return extent;
}

// The contraction of operands with these names to `out`, all of which must fit.
inline Contraction contract(const std::vector<AxisNames>& names, const Shapes& shapes, const AxisNames& out) {
  Contraction c;
  c.out_steps.resize(names.size()), c.summed_steps.resize(names.size());
  AxisNames summed;
  for (const AxisNames& operand : names)
    for (int name : operand)
      if (!has_name(out, name) && !has_name(summed, name)) summed.push_back(name);
  const auto add = [&](int name, Shape& axes, std::vector<Axes>& steps) {
    axes.push_back(*extent_of(name, names, shapes));
    for (std::size_t p = 0; p < names.size(); ++p) {
      const auto strides = shapes[p].strides();
      Index step = 0;
      for (std::size_t a = 0; a < names[p].size(); ++a)
        if (names[p][a] == name && shapes[p][static_cast<Index>(a)] != 1) step += strides[a];
      steps[p].push_back(step);
    }
  };
  for (int name : out) add(name, c.out, c.out_steps);
  for (int name : summed) add(name, c.summed, c.summed_steps);
  return c;
}

}  // namespace plumbline::spec
