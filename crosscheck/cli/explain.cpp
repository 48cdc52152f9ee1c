// `crosscheck explain`: tells one recorded finding to a person.
#include <fmt/format.h>

#include "crosscheck/audit/hex.h"
#include "crosscheck/cli/accused.h"
#include "crosscheck/cli/output.h"
#include "crosscheck/cli/replays.h"
#include "crosscheck/cli/usage.h"
#include "crosscheck/cli/verb.h"
#include "crosscheck/judge/cause.h"
#include "crosscheck/judge/terms.h"

namespace plumbline::crosscheck {

namespace {

std::string_view meaning(Verdict v) {
  switch (v) {
    case Verdict::pass:
      return "the subject keeps the law on this case";
    case Verdict::fail:
      return "a proven bound is broken, or the law does not hold: this is a bug, or a claim that is not kept";
    case Verdict::suspect:
      return "within the proven bound, but rounding errors do not look like this";
    case Verdict::undecided:
      return "the exact value could not be enclosed narrowly enough to tell";
    case Verdict::mistrusted:
      return "the case proves nothing: zeros, a constant or a copy of the input would pass as well";
    case Verdict::crash:
      return "the subject crashed, threw or hung";
    case Verdict::nondeterministic:
      return "the same case gave different bits";
    case Verdict::skipped:
      return "the case was not run";
  }
  return "";
}

std::string shapes_text(const Accused& a) {
  std::string text;
  for (const Values& x : a.data) text += spec::concat(text.empty() ? "" : ", ", x.shape());
  return spec::concat(text, " → ", a.got.shape());
}

std::string inputs_text(const Accused& a) {
  constexpr spec::Index most = 8;
  std::string text;
  for (std::size_t k = 0; k < a.data.size(); ++k) {
    text += spec::concat("  input ", k, " ", a.data[k].shape(), ":");
    for (spec::Index i = 0; i < std::min(most, a.data[k].size()); ++i) text += " " + hex(a.data[k][i]);
    text += a.data[k].size() > most ? " …\n" : "\n";
  }
  return text;
}

std::string element_text(const Accused& a) {
  if (!a.judgement.worst || a.judgement.worst->element < 0) return {};
  const ElementReport& w = *a.judgement.worst;
  std::string text = fmt::format("  where    element [{}] of {}, computed by {}{}\n",
                                 fmt::join(coordinates(a.got.shape(), w.element), ", "), a.label, a.kernel,
                                 a.fallback ? " (fallback)" : "");
  if (w.exact_lo == w.exact_hi)
    text += fmt::format("  exact    {}\n", decimal_and_hex(w.exact_lo));
  else
    text += fmt::format("  exact    between {} and {}\n", decimal_and_hex(w.exact_lo), decimal_and_hex(w.exact_hi));
  text += fmt::format("  got      {}\n", decimal_and_hex(hex(w.got)));
  text += fmt::format("  bound    {}: the error is {:.3g} times that, or {}\n", decimal_and_hex(hex(w.bound)),
                      w.ratio, ulps_text(w, a.claims.output));
  const auto terms = bound_terms(a.graph, a.data, a.graph.outputs().front(), w.element, a.claims);
  for (std::size_t i = 0; i < terms.size() && i < 3; ++i)
    text += fmt::format("{} {}: {:.0f} %\n", i == 0 ? "  made of " : "          ", terms[i].what, 100 * terms[i].share);
  return text;
}

std::string cause_of(const Accused& a) {
  const spec::NodeId node = a.graph.outputs().front();
  const Values reference = reference_values(a.graph, a.data, node);
  return likely_cause({a.graph, a.data, node, reference, a.got, a.claims});
}

class Explain final : public Verb {
 public:
  std::string_view name() const override { return "explain"; }
  std::string_view summary() const override {
    return "tells one finding to a person: where, expected, bound, got, likely cause";
  }
  void declare(Flags& flags) override { flags.positionals(files_, "FILE", "replay files, told one after another"); }

  int run(const CommandLine&) override {
    if (files_.empty()) refuse("explain: found no file, expected a replay file");
    Report verdicts;
    verdicts.cells.push_back({});
    std::string text;
    for (const std::string& file : files_) {
      LoadedReplay r = load_replay(file);
      const Outcome outcome = r.rerun();
      ++verdicts.cells.back().verdicts[outcome.verdict];
      text += (text.empty() ? "" : "\n") + introduction(r, outcome);
      if (!outcome.message.empty()) text += "  found    " + outcome.message + "\n";
      text += numbers(r);
    }
    checked(write_file("-", text));
    return verdicts.exit_code();
  }

 private:
  static std::string introduction(const LoadedReplay& r, const Outcome& outcome) {
    std::string text = fmt::format("{}: {} of law {} by subject {}\n", r.file, verdict_name(outcome.verdict),
                                   r.replay.law, r.replay.subject);
    text +=
        fmt::format("  meaning  {}\n  law      {}: {}\n", meaning(outcome.verdict), r.law->name(), r.law->summary());
    if (outcome.verdict != r.replay.verdict)
      text += fmt::format("  recorded {} by version {}: it is different now\n", verdict_name(r.replay.verdict),
                          r.replay.version);
    if (!outcome.node.empty()) text += "  node     " + outcome.node + "\n";
    return text;
  }

  // The guilty node and its worst element, where the law is about numbers.
  static std::string numbers(const LoadedReplay& r) {
    if (!r.law->needs_subject()) return spec::print(r.replay.c.graph);
    const auto accused = accuse(r.replay, *r.subject, JudgeOptions());
    if (!accused) return spec::print(r.replay.c.graph);
    const spec::Node& node = accused->graph.node(accused->graph.outputs().front());
    std::string text = fmt::format("  op       {} on {}\n", spec::print(node.op), shapes_text(*accused));
    if (accused->judgement.verdict == Verdict::pass)
      text += "  numbers  every node is within its bound on its own inputs; nearest to it:\n";
    text += element_text(*accused);
    if (accused->judgement.verdict != Verdict::pass)
      if (const std::string cause = cause_of(*accused); !cause.empty()) text += "  cause    likely: " + cause + "\n";
    return text + inputs_text(*accused);
  }

  std::vector<std::string> files_;
};

}  // namespace

std::unique_ptr<Verb> explain_verb() { return std::make_unique<Explain>(); }

}  // namespace plumbline::crosscheck
