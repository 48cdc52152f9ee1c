// Calls that may not fit: the shapes, the attributes and the number of inputs of an op, changed at random.
#pragma once

#include <string>
#include <vector>

#include "spec/lang/attributes.h"
#include "spec/lang/choices.h"
#include "spec/lang/shape.h"

namespace plumbline::crosscheck {

// An op's call as text and shapes; nothing about it needs to be right.
struct LooseCall {
  spec::Attributes attributes;
  spec::Shapes shapes;
};

// Changes one thing or a few: an extent (by one, to 0, negative, huge), an axis, the same extent or axis wherever it
// occurs, the number of inputs, or an attribute: out of range, of another length, not a number, no such word.
void spoil(spec::Choices& choices, LooseCall& call, const std::vector<spec::Words>& words);

// Another text for an attribute's value. `known` are the words that it takes, if it takes words.
std::string spoilt_value(spec::Choices& choices, const std::string& text, const std::vector<std::string_view>& known);

}  // namespace plumbline::crosscheck
