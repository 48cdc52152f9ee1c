// What OpModel does for every definition alike.
#include "spec/eval/model.h"

#include <algorithm>

namespace plumbline::spec {

Result<void> check_inputs(std::string_view op, int least, int most, const Shapes& in) {
  const auto n = static_cast<int>(in.size());
  if (n < least || n > most) {
    const std::string expected =
        most == least ? concat(least, least == 1 ? " input" : " inputs") : concat(least, " to ", most, " inputs");
    return fail("[", op, "] expects ", expected, ", got ", n, " [", op, " C0]");
  }
  for (const Shape& s : in)
    if (!s.valid()) return fail("[", op, "] shape ", s, " is not valid [", op, " C0]");
  return {};
}

std::string_view chosen_method(std::span<const std::string_view> methods, std::string_view name) {
  if (name.empty() || name == "textbook") return {};
  return std::find(methods.begin(), methods.end(), name) != methods.end() ? name : methods.front();
}

Result<void> set_fields(std::string_view op, const Fields& fields, const Attributes& attributes) {
  for (const Attribute& a : attributes)
    if (auto set = set_field(op, fields, a.name, a.value); !set) return set;
  return {};
}

}  // namespace plumbline::spec
