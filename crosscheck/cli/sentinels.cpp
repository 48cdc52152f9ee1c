// The defaults that stand for something else, as the ops' definitions say it.
#include "crosscheck/cli/sentinels.h"

#include <algorithm>
#include <array>

namespace plumbline::crosscheck {

namespace {

struct Sentinel {
  std::string_view op, attribute, value, meaning;  // op: its name, the beginning of it with a *, or * for all
};
constexpr std::array sentinels{
    Sentinel{"attention*", "scale", "0", "1/√d, d the width of a key"},
    Sentinel{"attention*", "start", "0", "the position of the first query: the number of cached keys"},
    Sentinel{"permute", "axes", "[]", "all axes, reversed"},
    Sentinel{"*", "axes", "[]", "all axes"},
    Sentinel{"squeeze", "axis", "[]", "every axis of extent 1"},
    Sentinel{"*", "axis", "[]", "the flattened tensor"},
    Sentinel{"*", "stride", "[]", "the kernel's extents: windows side by side"},
    Sentinel{"*", "divisor_override", "0", "none: the number of elements under the window"},
    Sentinel{"*", "ignore_index", "-100", "a place with this label counts for nothing"},
    Sentinel{"upsample_*", "size", "[]", "from scale_factor; one of the two is given"},
    Sentinel{"upsample_*", "scale_factor", "[]", "from size; one of the two is given"},
    Sentinel{"*", "normalized_shape", "[]", "the last axis"},
    Sentinel{"slice*", "stop", "9223372036854775807", "to the end"},
    Sentinel{"split", "sizes", "[]", "equal pieces, as many as sections"},
    Sentinel{"tile", "reps", "[]", "once along every axis"},
    Sentinel{"softplus", "threshold", "inf", "never linear; 20 in PyTorch"},
    Sentinel{"*", "min", "-inf", "no lower end"},
    Sentinel{"*", "max", "inf", "no upper end"},
    Sentinel{"dropout", "path", "", "of the layer in its model: layers of one seed draw different masks"},
    Sentinel{"batch_norm_running_*", "momentum", "0.1",
             "the share of the new batch; 0 with a count as third input: the cumulative average"},
};

bool names(std::string_view pattern, std::string_view op) {
  return pattern.ends_with('*') ? op.starts_with(pattern.substr(0, pattern.size() - 1)) : op == pattern;
}

}  // namespace

std::string_view meaning_of_default(std::string_view op, const spec::Attribute& attribute) {
  const auto at = std::ranges::find_if(sentinels, [&](const Sentinel& s) {
    return names(s.op, op) && s.attribute == attribute.name && s.value == attribute.value;
  });
  return at == sentinels.end() ? std::string_view() : at->meaning;
}

}  // namespace plumbline::crosscheck
