// What the default of an attribute stands for where it is not to be taken literally, such as scale=0 of attention.
#pragma once

#include <string_view>

#include "spec/lang/attributes.h"

namespace plumbline::crosscheck {

// Empty where the value means itself.
std::string_view meaning_of_default(std::string_view op, const spec::Attribute& attribute);

}  // namespace plumbline::crosscheck
