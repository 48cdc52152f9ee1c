// `crosscheck check`: judges somebody else's result, from any framework: are these floats right?
#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "crosscheck/audit/hex.h"
#include "crosscheck/cli/arguments.h"
#include "crosscheck/cli/check_report.h"
#include "crosscheck/cli/formulas.h"
#include "crosscheck/cli/usage.h"
#include "crosscheck/cli/verb.h"
#include "crosscheck/judge/cause.h"
#include "crosscheck/judge/judge.h"
#include "crosscheck/judge/product_rule.h"
#include "crosscheck/judge/vacuity.h"
#include "spec/num/round.h"

namespace plumbline::crosscheck {

using spec::NodeId;

namespace {

constexpr spec::Index few_sums = 256;  // outputs, of which a second look costs little

class Check final : public Verb {
 public:
  std::string_view name() const override { return "check"; }
  std::string_view summary() const override { return "judges NPY results of any framework: are these floats right?"; }

  void declare(Flags& flags) override {
    flags.positionals(words_, "OP",
                      "an op, its name=value attributes and its inputs: softmax axis=-1 x.npy; or: graph FILE x.npy; "
                      "or a step, with --got for each tensor that it leaves: adam t=3 p.npy g.npy m.npy v.npy; initial "
                      "values: xavier_uniform shape=[3,4] seed=1; rates: cosine lr=0.1 steps=9");
    flags.repeated("--got", got_,
                   "the result to judge, or one --got for each gradient; its dtype is the claimed output format: f8 is "
                   "computed in f8, others in f4");
    flags.repeated("--claim", claims_,
                   "what the kernel promises, one --claim for each: format=bf16 (of the output), operands=tf32, "
                   "intermediate=f16, accumulator=f16, order=tree, fma=never, method=scaled, ulp=2, …");
    flags.option("--tier", tier_,
                 "proof: the proven bound only; statistics (default): and what rounding errors look like");
    flags.option("--vjp", vjp_,
                 "cotangent of the output: --got are then the gradients of the differentiable inputs, in order");
    flags.option("--json", json_, "write the report as JSON; - is standard output");
    flags.option("--junit", junit_, "write the report as JUnit XML; - is standard output");
    flags.flag("--quiet", quiet_, "no text on standard output");
    flags.flag("--no-color", no_color_, "plain text on a terminal too");
  }

  int run(const CommandLine& command) override {
    const OpWords words = split_words(words_);
    const ClaimWords claims = split_claims(claims_);
    options_.tier = tier_.empty() || parse_word("--tier", tier_, {"proof", "statistics"}) == "statistics"
                        ? Tier::statistics
                        : Tier::proof;
    options_.any_method = true;
    if (got_.empty()) refuse("--got: found none, expected the NPY file to judge");
    const Sinks sinks{json_, junit_, quiet_, no_color_};
    sinks.check();
    if (const auto formula = load_formula(words, claims.sixteen())) {
      CheckReport report(command, words.op, std::string(formula->law()));
      judge_formula(*formula, claims, report);
      return report.write(sinks);
    }
    const OnFiles in = load(words, claims, command);
    CheckReport report(command, in.name, vjp_.empty() ? "forward" : "backward");
    if (vjp_.empty())
      judge_output(in, claims, report);
    else
      judge_gradients(in, claims, report);
    return report.write(sinks);
  }

 private:
  // Files that follow a --got and its own file are inputs of the op: meant as further results, they are too many.
  OnFiles load(const OpWords& words, const ClaimWords& claims, const CommandLine& command) const {
    try {
      return load_inputs(spec::Catalogue::builtin(), words, claims.sixteen());
    } catch (const UsageError& error) {
      for (std::size_t i = 0; i + 2 < command.size(); ++i)
        if (command[i] == "--got" && std::ranges::find(words.files, command[i + 2]) != words.files.end())
          refuse(error.what(), "; did you mean --got for each file: --got ", command[i + 1], " --got ", command[i + 2],
                 "?");
      throw;
    }
  }

  void judge_output(const OnFiles& in, const ClaimWords& claims, CheckReport& report) {
    if (got_.size() != 1) refuse("--got: found ", got_.size(), " files, expected one");
    judge({in.graph, in.data, in.graph.outputs().front()}, got_.front(), "the result", claims, report);
  }

  void judge_gradients(const OnFiles& in, const ClaimWords& claims, CheckReport& report) {
    const spec::GradGraph grad = checked(spec::grad_graph(in.graph));
    if (got_.size() > grad.cotangents.size())
      refuse("--got: found ", got_.size(), " files, expected at most ", grad.cotangents.size(),
             ", one for each differentiable input");
    const spec::Shape& shape = in.graph.node(in.graph.outputs().front()).shape;
    std::vector<Values> data = in.data;
    data.push_back(load_shaped(vjp_, shape, "the cotangent of the output", claims.sixteen()).values);
    options_.first_term = first_term_of_product_rule(in.graph, in.data, data.back());
    for (std::size_t k = 0; k < got_.size(); ++k) {
      const spec::Shape& input = in.data[grad.leaves[k]].shape();
      const std::string what = spec::concat("the gradient of input ", grad.leaves[k]);
      if (grad.cotangents[k] >= 0)
        judge({grad.graph, data, grad.cotangents[k]}, got_[k], what, claims, report);
      else
        judge(zeros(input), got_[k], what, claims, report);
    }
  }

  // The claimed accuracy of elementary functions, other than the square root.
  static double least_ulps(const spec::Claims& claims) {
    double least = spec::upward::infinity;
    for (std::size_t f = 0; f < claims.ulps.size(); ++f)
      if (static_cast<spec::Function>(f) != spec::Function::sqrt) least = std::min(least, claims.ulps[f]);
    return least;
  }

  struct Target {
    spec::Graph graph;
    std::vector<Values> data;
    NodeId node;
  };

  // Nothing depends on the input: its gradient is zero, here as |0|.
  static Target zeros(const spec::Shape& shape) {
    const spec::Op abs = checked(spec::Catalogue::builtin().parse("abs", {}));
    Target out{checked(spec::graph_of(abs, {shape})), {Values::full(shape, 0)}, 0};
    out.node = out.graph.outputs().front();
    return out;
  }

  // A step with all that it leaves, initial values or rates.
  void judge_formula(const Formula& formula, const ClaimWords& words, CheckReport& report) {
    if (!vjp_.empty()) refuse("--vjp: found it for ", formula.law(), ", expected it for an op only");
    const auto parts = formula.results();
    if (got_.size() != parts.size())
      refuse("--got: found ", got_.size(), got_.size() == 1 ? " file" : " files", ", expected ", parts.size(), ": ",
             named(parts));
    std::vector<Array> got;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      got.push_back(load_shaped(got_[i], parts[i].shape, parts[i].what, words.sixteen()));
      if (got[i].dtype != got[0].dtype)
        refuse(got_[i], ": dtype: found ", dtype_name(got[i].dtype), ", expected ", dtype_name(got[0].dtype), " as ",
               got_[0]);
    }
    const spec::Claims claims = words.claims(format_of(got[0].dtype));
    std::vector<Values> values;
    double elements = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      refuse_unrepresentable(got[i], got_[i], claims);
      values.push_back(got[i].values), elements += static_cast<double>(got[i].values.size());
    }
    options_.run_elements = std::max(1.0, elements);
    const auto begin = std::chrono::steady_clock::now();
    std::vector<Judgement> judged = formula.judge(values, claims, options_);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::string cause = judged[i].worst ? judged[i].worst->cause : std::string();
      report.add({got_[i], parts[i].what, parts[i].shape, dtype_name(got[i].dtype), claims, options_.tier,
                  std::move(judged[i]), cause, i == 0 ? seconds : 0, {}});
    }
  }

  static std::string named(const std::vector<Formula::Part>& parts) {
    std::string text;
    for (const Formula::Part& p : parts) text += (text.empty() ? "" : ", ") + p.what;
    return text;
  }

  static void refuse_unrepresentable(const Array& got, const std::string& file, const spec::Claims& claims) {
    for (double x : got.values.elements())
      if (std::isfinite(x) && spec::round_to_format(x, claims.output) != x)
        refuse(file, ": found ", hex(x), ", expected numbers of the claimed format ", claims.output.name);
  }

  void judge(const Target& target, const std::string& file, const std::string& what, const ClaimWords& words,
             CheckReport& report) {
    const Array got = load_shaped(file, target.graph.node(target.node).shape, what, words.sixteen());
    const spec::Claims claims = words.claims(format_of(got.dtype));
    refuse_unrepresentable(got, file, claims);
    options_.run_elements = std::max(1.0, static_cast<double>(got.values.size()) * static_cast<double>(got_.size()));
    options_.formula_ulps = claims.method.empty() ? least_ulps(claims) : 0;
    options_.one_rounding_too = !vjp_.empty();
    const auto begin = std::chrono::steady_clock::now();
    const ClaimsOf claims_of = claims_on(target.graph, claims);
    Judgement judgement = judge_node(target.graph, target.data, target.node, got.values, claims_of, options_);
    std::string cause = judgement.worst ? judgement.worst->cause : std::string();
    if (judgement.verdict == Verdict::fail || judgement.verdict == Verdict::suspect) {
      const Values reference = reference_values(target.graph, target.data, target.node);
      if (std::string found = likely_cause({target.graph, target.data, target.node, reference, got.values, claims});
          !found.empty())
        cause = std::move(found);
    }
    std::string warning;
    if (judgement.verdict == Verdict::pass) {
      tell_untold(target, claims, judgement);
      warning = refused_of_a_tree(target, got.values, claims);
    }
    report.add({file, what, got.values.shape(), dtype_name(got.dtype), claims, options_.tier, std::move(judgement),
                std::move(cause), std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(),
                std::move(warning)});
  }

  // Few long sums in an order that nobody claims: their bound is wide, and statistics have little to go by. What the
  // bound of a balanced tree would have refused is told [verdict B2].
  std::string refused_of_a_tree(const Target& target, const Values& got, spec::Claims claims) const {
    if (claims.order != spec::Order::any || got.size() > few_sums) return {};
    claims.order = spec::Order::tree;
    JudgeOptions options = options_;
    options.tier = Tier::proof, options.vacuity = false;
    const Judgement j =
        judge_node(target.graph, target.data, target.node, got, claims_on(target.graph, claims), options);
    if (j.verdict != Verdict::fail || !j.worst || !std::isfinite(j.worst->bound)) return {};
    return fmt::format("wrong if the kernel adds in pairs or in blocks: --claim order=tree refuses an error of more "
                       "than {:.3g}, and this is {:.3g} times that",
                       j.worst->bound, j.worst->ratio);
  }

  // A pass says nothing about an attribute whose other values would have passed too.
  static void tell_untold(const Target& target, const spec::Claims& claims, Judgement& judgement) {
    spec::Index size = judgement.elements;
    for (const Values& x : target.data) size += x.size();
    if (size > most_emulated_elements) return;
    for (const std::string& sentence : untold_attributes(target.graph, target.data, target.node, claims))
      judgement.note += spec::concat(judgement.note.empty() ? "" : "; ", sentence, " would have passed as well");
  }

  std::vector<std::string> words_, got_, claims_;
  std::string tier_, vjp_, json_, junit_;
  bool quiet_ = false, no_color_ = false;
  JudgeOptions options_;
};

}  // namespace

std::unique_ptr<Verb> check_verb() { return std::make_unique<Check>(); }

}  // namespace plumbline::crosscheck
