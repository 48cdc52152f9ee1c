// What the usual checks with chosen tolerances say of the same planted bugs, on the same kinds of shapes.
#pragma once

#include <optional>

#include "crosscheck/mutants/mutant.h"
#include "crosscheck/mutants/usual_rules.h"

namespace plumbline::crosscheck {

// Which rules reject, in the order of usual_rules.
using UsualVerdicts = std::array<bool, usual_rule_count>;

// What one rule says of two tensors: shapes are equal, infinities too, NaN equals NaN.
bool accepts(const UsualRule& rule, const spec::Format& format, const Values& got, const Values& expected);

// Runs a bug as these tools run a kernel: aligned buffers, one thread, data from the standard normal law, folded into
// the domain where the op has one, output and gradients for a normal cotangent compared with those of the correct
// kernel. Shapes and attributes are those of the law `forward` (of an optimiser or a schedule: of its law).
class UsualChecks {
 public:
  UsualChecks(std::shared_ptr<const spec::Catalogue> catalogue, std::vector<std::shared_ptr<Subject>> subjects,
              std::uint64_t seed, std::uint64_t cases);

  // nullopt where these tools have no such test: values drawn at random.
  std::optional<UsualVerdicts> of(const Mutant& mutant) const;
  // Of a correct kernel in binary32 beside the same op in binary64: each rejection is a false alarm.
  UsualVerdicts of_correct(const spec::OpEntry& entry) const;

 private:
  UsualVerdicts of_op(const Mutant& mutant) const;
  UsualVerdicts of_optim(const Mutant& mutant) const;
  UsualVerdicts of_clip(const Mutant& mutant) const;
  UsualVerdicts of_schedule(const Mutant& mutant) const;
  std::shared_ptr<Subject> subject(const spec::Format& format) const;

  std::shared_ptr<const spec::Catalogue> catalogue_;
  std::vector<std::shared_ptr<Subject>> subjects_;
  std::uint64_t seed_, cases_;
};

}  // namespace plumbline::crosscheck
