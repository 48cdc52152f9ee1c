// Finding subjects.
#include "crosscheck/cli/subjects.h"

#include "crosscheck/audit/runner.h"
#include "crosscheck/cli/usage.h"
#include "crosscheck/mutants/mutant.h"

namespace plumbline::crosscheck {

namespace {

constexpr std::string_view planted = "mutant:";

// A planted bug answers to its own name in reports and replay files.
class Named final : public Subject {
 public:
  Named(std::string name, std::shared_ptr<Subject> subject) : name_(std::move(name)), subject_(std::move(subject)) {}
  std::string name() const override { return name_; }
  spec::Format format() const override { return subject_->format(); }
  spec::Result<RunResult> run(const spec::Graph& graph, const std::vector<Values>& data,
                              const std::vector<spec::NodeId>& wanted, const RunOptions& options) override {
    return subject_->run(graph, data, wanted, options);
  }
  spec::Result<RunResult> backward(const spec::GradGraph& grad, const std::vector<Values>& data,
                                   const std::vector<spec::NodeId>& wanted, const RunOptions& options) override {
    return subject_->backward(grad, data, wanted, options);
  }
  KernelInfo kernel(const spec::Graph& graph, spec::NodeId node) const override {
    return subject_->kernel(graph, node);
  }
  spec::Result<Values> apply(const spec::Op& op, const std::vector<Values>& in,
                             const std::vector<spec::Index>& extents) override {
    return subject_->apply(op, in, extents);
  }

 private:
  std::string name_;
  std::shared_ptr<Subject> subject_;
};

}  // namespace

std::shared_ptr<Subject> subject_named(const std::string& place, const std::string& name) {
  std::vector<std::string> known;
  for (const auto& cpu : cpu_subjects()) {
    if (name == cpu->name()) return cpu;
    known.push_back(cpu->name());
  }
  for (const Mutant& m : all_mutants()) {
    known.push_back(std::string(planted) + m.name);
    const bool in_graphs = m.stage == Stage::forward || m.stage == Stage::backward;
    if (name == known.back() && in_graphs)
      return std::make_shared<Named>(
          name, mutated(cpu_subject(m.format), m, std::make_shared<const spec::Catalogue>(spec::Catalogue::builtin())));
  }
  refuse(place, ": found ", name, ", expected cpu, cpu-f64, cpu-f16, cpu-bf16 or mutant:NAME",
         spec::did_you_mean(name, known));
}

std::vector<std::shared_ptr<Subject>> subjects_named(const std::vector<std::string>& names) {
  std::vector<std::shared_ptr<Subject>> subjects;
  for (const std::string& name : names) {
    const std::size_t before = subjects.size();
    for (const auto& cpu : cpu_subjects())
      if (matches(name, cpu->name())) subjects.push_back(cpu);
    if (subjects.size() == before) subjects.push_back(subject_named("--subject", name));
  }
  return names.empty() ? cpu_subjects() : subjects;
}

}  // namespace plumbline::crosscheck
