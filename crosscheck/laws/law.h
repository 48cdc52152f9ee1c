// A law: a property that holds for every op, graph, initialiser or optimiser step; generic code, never a per-op case.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crosscheck/judge/judge.h"
#include "crosscheck/sample/case.h"
#include "crosscheck/sample/draw.h"
#include "crosscheck/subjects/subject.h"

namespace plumbline::crosscheck {

// What checking one law on one case found.
struct Outcome {
  Verdict verdict = Verdict::pass;
  std::string message;  // one line; empty for a pass
  Judgement judgement;  // where the law compares numbers
  std::string node;     // the guilty node of a graph, if any
};

class Law {
 public:
  virtual ~Law() = default;
  virtual std::string_view name() const = 0;     // forward, backward, adjoint, …
  virtual std::string_view summary() const = 0;  // one sentence
  virtual bool applies(const Case& c) const = 0;
  // The cases on which the law says most.
  virtual Wish wish() const { return {}; }
  // Laws about the spec alone (adjoint, methods) ignore the subject.
  virtual bool needs_subject() const { return true; }
  // Whether it says something else in each format of numbers. Others are checked in that of the first subject only.
  virtual bool in_every_format() const { return false; }
  virtual Outcome check(const Case& c, Subject& subject, const JudgeOptions& options) const = 0;
};

using Laws = std::vector<std::unique_ptr<Law>>;

// All laws on ops and graphs, in the order of reports. One file each. Laws that read text look ops up in the
// catalogue; the built-in one by default.
Laws all_laws();
Laws all_laws(std::shared_ptr<const spec::Catalogue> catalogue);
// nullptr where there is none of that name.
const Law* law_named(const Laws& laws, std::string_view name);

}  // namespace plumbline::crosscheck
