// A subject with one planted fault around a correct one: what each law must catch.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "crosscheck/subjects/subject.h"

namespace plumbline::crosscheck {

struct RunView {
  const spec::Graph& graph;
  const std::vector<Values>& data;
  const std::vector<spec::NodeId>& wanted;
  const RunOptions& options;
};
using Fault = std::function<void(const RunView&, RunResult&)>;

class FaultySubject final : public Subject {
 public:
  FaultySubject(std::string name, Fault fault)
      : name_(std::move(name)), fault_(std::move(fault)), right_(cpu_subject()) {}
  std::string name() const override { return name_; }
  spec::Result<RunResult> run(const spec::Graph& graph, const std::vector<Values>& data,
                              const std::vector<spec::NodeId>& wanted, const RunOptions& options) override {
    auto result = right_->run(graph, data, wanted, options);
    if (result) fault_({graph, data, wanted, options}, *result);
    return result;
  }
  KernelInfo kernel(const spec::Graph& graph, spec::NodeId node) const override { return right_->kernel(graph, node); }

 private:
  std::string name_;
  Fault fault_;
  std::unique_ptr<Subject> right_;
};

// Every output changed by f(value, index).
template <class F>
Fault on_outputs(F f) {
  return [f](const RunView&, RunResult& result) {
    for (Values& y : result.values) y = Values::generate(y.shape(), [&](spec::Index i) { return f(y[i], i); });
  };
}

inline std::shared_ptr<Subject> faulty(Fault fault) {
  return std::make_shared<FaultySubject>("faulty", std::move(fault));
}
inline std::shared_ptr<Subject> cpu() { return cpu_subject(); }

}  // namespace plumbline::crosscheck
