// Readings of one tensor with rounding errors: by the filter first, by balls of growing precision where it is open.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "crosscheck/audit/hex.h"
#include "crosscheck/judge/judge.h"
#include "spec/eval/interpret.h"
#include "spec/num/approx.h"
#include "spec/num/ball.h"
#include "spec/num/rounded.h"
#include "spec/num/verdict.h"

namespace plumbline::crosscheck {

using Filtered = spec::Tensor<spec::Rounded<spec::Approx>>;
using Certified = spec::Tensor<spec::Rounded<spec::Ball>>;

// Some nodes of a graph on given data. Claims differ from node to node; they live as long as the reading, and so must
// the graph and the data.
class Reading {
 public:
  // `lanes` asks for the energies of interleaved and blocked orders of summation too (second tier).
  Reading(const spec::Graph& graph, const std::vector<Values>& data, std::vector<spec::NodeId> wanted,
          const ClaimsOf& claims_of, bool lanes = false);

  // By node; nodes that the wanted ones do not depend on stay empty.
  std::vector<Filtered> filtered() const;
  std::vector<Certified> certified(int precision) const;

 private:
  template <class C>
  std::vector<spec::Tensor<spec::Rounded<C>>> read(const C& like) const;
  bool is_wanted(spec::NodeId id) const;

  const spec::Graph& graph_;
  const std::vector<Values>& data_;
  std::vector<spec::NodeId> wanted_;
  std::deque<spec::Claims> claims_;  // one for each node
};

// The certified values of a reading, computed once for each precision that somebody asks for.
class Refinement {
 public:
  explicit Refinement(Reading reading) : reading_(std::move(reading)) {}
  const Certified& at(int precision, spec::NodeId node);

 private:
  Reading reading_;
  std::map<int, std::vector<Certified>> values_;
};

// What judging one node starts from.
struct Expectation {
  Filtered filtered;                  // the node, read by the filter
  Refinement* refinement = nullptr;   // shared with other nodes; empty: the node's own
  std::vector<std::optional<spec::Judged>> fixed = {};  // elements that are judged already; empty: none
};

// judge_node where the filter has read the node already.
Judgement judge_expected(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node,
                         const Values& got, const ClaimsOf& claims_of, const JudgeOptions& options,
                         Expectation expected);

// ±2^(emax − below) for ±inf: finite in the format, and far from its ordinary values.
std::vector<Values> finite_stand_in(const std::vector<Values>& data, const spec::Format& format, int below);

}  // namespace plumbline::crosscheck
