// `crosscheck eval`: computes one op, or a graph, on NPY files: the exact value, or what a float reading gives.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "crosscheck/audit/atomic_file.h"
#include "crosscheck/cli/arguments.h"
#include "crosscheck/cli/formulas.h"
#include "crosscheck/cli/output.h"
#include "crosscheck/cli/usage.h"
#include "crosscheck/cli/verb.h"
#include "crosscheck/subjects/subject.h"
#include "spec/num/round.h"

namespace plumbline::crosscheck {

using spec::NodeId;

namespace {

// Digits that tell every binary64 number from its neighbours.
constexpr int enough_digits = 17;

struct Computed {
  Values values;
  std::optional<spec::Tensor<spec::Ball>> enclosure;  // of an exact result
  spec::Index undecided = 0;
};

Computed exact_result(spec::ExactValues exact) {
  return {std::move(exact.rounded), std::move(exact.enclosure), exact.undecided};
}

// By the op's own method, left to right, in float: what the fallback kernel computes.
std::vector<Computed> read_in_float(const spec::Graph& graph, const std::vector<Values>& data,
                                    const std::vector<NodeId>& wanted) {
  spec::Tensors<float> leaves;
  for (const Values& x : data)
    leaves.push_back(spec::Tensor<float>::generate(x.shape(), [&](spec::Index i) { return static_cast<float>(x[i]); }));
  const auto values =
      spec::interpret<float>(graph, leaves, wanted, [&](NodeId id) { return spec::default_method(graph.node(id).op); });
  std::vector<Computed> out;
  for (NodeId id : wanted) {
    const auto& y = values[static_cast<std::size_t>(id)];
    out.push_back({Values::generate(y.shape(), [&](spec::Index i) { return static_cast<double>(y[i]); }), {}, 0});
  }
  return out;
}

std::vector<Computed> run_on_cpu(const spec::Graph& graph, const std::vector<Values>& data,
                                 const std::vector<NodeId>& wanted, const spec::Format& format) {
  auto run = checked(cpu_subject(format)->run(graph, data, wanted, RunOptions()));
  std::vector<Computed> out;
  for (Values& y : run.values) out.push_back({std::move(y), {}, 0});
  return out;
}

class Eval final : public Verb {
 public:
  std::string_view name() const override { return "eval"; }
  std::string_view summary() const override { return "computes one op on NPY files, exactly or in float"; }

  void declare(Flags& flags) override {
    flags.positionals(words_, "OP",
                      "an op, its name=value attributes and its inputs: softmax axis=-1 x.npy; or: graph FILE x.npy; "
                      "or a step: adam lr=0.1 t=3 p.npy g.npy m.npy v.npy; initial values: kaiming_uniform shape=[3,4] "
                      "seed=1; rates: cosine lr=0.1 steps=9");
    flags.repeated("--out", outs_, "NPY file to write; one for each gradient with --vjp; - is standard output");
    flags.option("--as", as_,
                 "exact (default): float64, correctly rounded; float: the definition in float32; cpu: our kernels, in "
                 "the dtype of the files");
    flags.option("--dtype", dtype_,
                 "of the files that are written, rounded once: f2, bf16, f4 or f8; default: that of --as");
    flags.option("--digits", digits_, "print this many certified decimal digits of each element");
    flags.option("--vjp", vjp_, "cotangent of the output: the gradients of the differentiable inputs, in order");
    flags.list("--jvp", jvp_, "tangents of the differentiable inputs, in order: the derivative in that direction");
    flags.repeated("--claim", claims_, "format=bf16: u2 files hold bfloat16");
  }

  int run(const CommandLine&) override {
    const OpWords words = split_words(words_);
    const std::string as = as_.empty() ? "exact" : parse_word("--as", as_, {"exact", "float", "cpu"});
    const int digits = static_cast<int>(digits_.empty() ? enough_digits : parse_count("--digits", digits_, 1));
    if (digits > most_digits) refuse("--digits: found ", digits_, ", expected at most ", most_digits);
    if (!dtype_.empty()) parse_word("--dtype", dtype_, {"f2", "bf16", "f4", "f8"});
    if (!vjp_.empty() && !jvp_.empty()) refuse("command line: found --vjp and --jvp, expected one of them");
    sixteen_ = split_claims(claims_).sixteen();
    if (const auto formula = load_formula(words, sixteen_)) return run_formula(*formula, as, digits);
    const OnFiles in = load_inputs(spec::Catalogue::builtin(), words, sixteen_);
    const std::size_t results = vjp_.empty() ? 1 : checked(spec::grad_graph(in.graph)).cotangents.size();
    check_outs(results, vjp_.empty() ? "result" : "gradient");
    const auto values = !jvp_.empty() ? forward_derivative(in, as) : !vjp_.empty() ? gradients(in, as) : plain(in, as);
    return finish(values, as == "exact" ? spec::binary64 : as == "float" ? spec::binary32 : in.format, digits);
  }

 private:
  static constexpr int most_digits = 1000;

  // A step, initial values or rates.
  int run_formula(const Formula& formula, const std::string& as, int digits) const {
    if (!vjp_.empty() || !jvp_.empty())
      refuse(vjp_.empty() ? "--jvp" : "--vjp", ": found it for ", formula.law(), ", expected it for an op only");
    if (as == "float") refuse("--as: found float, expected exact or cpu for ", formula.law());
    check_outs(formula.results().size(), "result");
    std::vector<Computed> values;
    if (as == "exact")
      for (spec::ExactValues& exact : formula.exact()) values.push_back(exact_result(std::move(exact)));
    else
      for (Values& y : formula.on_cpu()) values.push_back({std::move(y), {}, 0});
    return finish(values, as == "exact" ? spec::binary64 : formula.cpu_format(), digits);
  }

  void check_outs(std::size_t results, std::string_view of) const {
    if (!outs_.empty() && outs_.size() != results)
      refuse("--out: found ", outs_.size(), outs_.size() == 1 ? " file" : " files", ", expected ", results, " for ",
             results, ' ', of, results == 1 ? "" : "s");
    for (std::size_t i = 0; i < outs_.size(); ++i) {
      if (outs_[i] == "-" && !digits_.empty())
        refuse("--digits: found --out -, expected a file, as digits go to standard output");
      const auto rest = outs_.begin() + static_cast<std::ptrdiff_t>(i) + 1;
      if (outs_[i] != "/dev/null" && std::find(rest, outs_.end(), outs_[i]) != outs_.end())
        refuse("--out: found ", outs_[i], " twice, expected a file for each result");
      checked(check_writable(outs_[i]));
    }
  }

  int finish(const std::vector<Computed>& values, const spec::Format& format, int digits) const {
    const spec::Format written = dtype_ == "f2"     ? spec::binary16
                                 : dtype_ == "bf16" ? spec::bfloat16
                                 : dtype_ == "f4"   ? spec::binary32
                                 : dtype_ == "f8"   ? spec::binary64
                                                    : format;
    write(values, written);
    if (outs_.empty() || !digits_.empty()) print_digits(values, digits);
    return report_undecided(values);
  }

  std::vector<Computed> plain(const OnFiles& in, const std::string& as) const {
    const std::vector<NodeId> wanted{in.graph.outputs().front()};
    if (as == "float") return read_in_float(in.graph, in.data, wanted);
    if (as == "cpu") return run_on_cpu(in.graph, in.data, wanted, in.format);
    return {exact_result(spec::exact_value(in.graph, in.data, wanted.front()))};
  }

  std::vector<Computed> gradients(const OnFiles& in, const std::string& as) const {
    const spec::Shape& shape = in.graph.node(in.graph.outputs().front()).shape;
    const Values ct = load_shaped(vjp_, shape, "the cotangent of the output", sixteen_).values;
    std::vector<Computed> out;
    if (as == "exact") {
      for (auto& exact : checked(spec::exact_vjp(in.graph, in.data, ct))) out.push_back(exact_result(std::move(exact)));
      return out;
    }
    const spec::GradGraph grad = checked(spec::grad_graph(in.graph));
    std::vector<Values> data = in.data;
    data.push_back(ct);
    std::vector<NodeId> wanted;
    for (NodeId id : grad.cotangents)
      if (id >= 0) wanted.push_back(id);
    auto computed = as == "float" ? read_in_float(grad.graph, data, wanted)
                                  : run_on_cpu(grad.graph, data, wanted, in.format);
    std::size_t next = 0;
    for (std::size_t k = 0; k < grad.cotangents.size(); ++k)
      out.push_back(grad.cotangents[k] >= 0 ? std::move(computed[next++])
                                            : Computed{Values::full(in.data[grad.leaves[k]].shape(), 0), {}, 0});
    return out;
  }

  std::vector<Computed> forward_derivative(const OnFiles& in, const std::string& as) const {
    if (as != "exact") refuse("--as: found ", as, ", expected exact with --jvp");
    const auto real = checked(spec::grad_graph(in.graph)).leaves;
    if (jvp_.size() != real.size())
      refuse("--jvp: found ", jvp_.size(), jvp_.size() == 1 ? " file" : " files", ", expected ", real.size(),
             ", one for each differentiable input");
    std::vector<Values> tangents(in.data.size());
    for (std::size_t k = 0; k < real.size(); ++k)
      tangents[real[k]] =
          load_shaped(jvp_[k], in.data[real[k]].shape(), spec::concat("the tangent of input ", real[k]), sixteen_)
              .values;
    return {exact_result(spec::exact_jvp(in.graph, in.data, tangents, in.graph.outputs().front()))};
  }

  // Once, where an enclosure tells to which number of the format.
  static Values rounded(const Computed& x, const spec::Format& format) {
    if (format == spec::binary64) return x.values;
    return Values::generate(x.values.shape(), [&](spec::Index i) {
      const double nearest = spec::round_to_format(x.values[i], format);
      if (!x.enclosure || !std::isfinite(x.values[i])) return nearest;
      const double low = spec::round_to_format((*x.enclosure)[i].lower(), format);
      return low == spec::round_to_format((*x.enclosure)[i].upper(), format) ? low : nearest;
    });
  }

  // All files or none.
  void write(const std::vector<Computed>& values, const spec::Format& format) const {
    std::vector<StagedFile> staged;
    for (std::size_t i = 0; i < outs_.size(); ++i)
      staged.push_back(checked(StagedFile::stage(outs_[i], print_npy(rounded(values[i], format), dtype_of(format)))));
    for (StagedFile& file : staged) checked(file.commit());
  }

  void print_digits(const std::vector<Computed>& results, int digits) const {
    std::string text;
    for (std::size_t k = 0; k < results.size(); ++k) {
      const Computed& r = results[k];
      if (results.size() > 1) text += fmt::format("{} {}\n", vjp_.empty() ? "result" : "gradient", k);
      for (spec::Index i = 0; i < r.values.size(); ++i)
        text += fmt::format("[{}] {}\n", fmt::join(coordinates(r.values.shape(), i), ", "),
                            r.enclosure ? spec::certified_digits((*r.enclosure)[i], digits)
                                        : fmt::format("{:.{}g}", r.values[i], digits));
    }
    checked(write_file("-", text));
  }

  static int report_undecided(const std::vector<Computed>& results) {
    spec::Index undecided = 0;
    for (const Computed& r : results) undecided += r.undecided;
    if (undecided == 0) return 0;
    fmt::print(stderr,
               "crosscheck: {} elements stayed undecided between two neighbours in float64; the nearer to the middle "
               "was written\n",
               undecided);
    return 3;
  }

  std::vector<std::string> words_, outs_, jvp_, claims_;
  std::string as_, dtype_, digits_, vjp_;
  Sixteen sixteen_ = Sixteen::refuse;
};

}  // namespace

std::unique_ptr<Verb> eval_verb() { return std::make_unique<Eval>(); }

}  // namespace plumbline::crosscheck
