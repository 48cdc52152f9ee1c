// What worked examples are written with: ops from their text, tensors from lists, and what a refusal says.
#pragma once

#include <gtest/gtest.h>

#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "spec/graph/catalogue.h"
#include "spec/graph/graph.h"

namespace plumbline::spec {

using Values = std::vector<double>;
inline constexpr double inf = std::numeric_limits<double>::infinity();
inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// `matmul` or `slice axis=1 step=2`
inline Op op_of(const std::string& text) {
  static const Catalogue catalogue = Catalogue::builtin();
  std::istringstream words(text);
  std::string name, word;
  words >> name;
  Attributes attributes;
  while (words >> word) attributes.push_back({word.substr(0, word.find('=')), word.substr(word.find('=') + 1)});
  return value_or_throw(catalogue.parse(name, attributes));
}

inline Tensor<double> tensor(Shape shape, Values data) { return Tensor<double>(std::move(shape), std::move(data)); }
inline Values elements(const Tensor<double>& x) { return {x.elements().begin(), x.elements().end()}; }

// By the textbook and by every method: all must give these very numbers.
inline void expect_value(const std::string& text, const Tensors<double>& in, const Values& want) {
  const Op op = op_of(text);
  EXPECT_EQ(elements(op->read(in, "")), want) << text;
  for (std::string_view method : op->methods()) EXPECT_EQ(elements(op->read(in, method)), want) << text << method;
}

inline std::string refusal(const std::string& text, const Shapes& in) {
  const auto shape = op_of(text)->shape(in);
  return shape ? concat("accepted: ", *shape) : shape.error().what();
}

}  // namespace plumbline::spec
