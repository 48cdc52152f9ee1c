// shapes: what does not fit is refused by the spec and by the subject alike, with the same label, and nothing crashes.
#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/list.h"
#include "crosscheck/sample/misfit.h"
#include "spec/eval/interpret.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Result;
using spec::Shape;
using spec::Shapes;

namespace {

constexpr int mutations_per_case = 12;
constexpr Index most_elements = 4096;  // of a tensor that a subject is asked to compute

// `matmul C2`, the constraint that an error names; empty if it names none.
std::string label_of(const std::string& message) {
  const std::size_t open = message.rfind('[');
  if (open == std::string::npos || !message.ends_with(']') || open == 0) return {};
  const std::string label = message.substr(open + 1, message.size() - open - 2);
  return label.find(" C") == std::string::npos ? std::string() : label;
}

// An op with inputs that may not fit.
struct Call {
  spec::Op op;
  Shapes shapes;
  std::string what;
};

class ShapeErrors final : public Law {
 public:
  explicit ShapeErrors(CataloguePointer catalogue) : catalogue_(std::move(catalogue)) {}
  std::string_view name() const override { return "shapes"; }
  std::string_view summary() const override {
    return "shapes, attributes and indices that do not fit are refused by spec and subject with the same label";
  }
  bool applies(const Case& c) const override { return c.op_name() != "graph"; }
  Wish wish() const override {
    Wish w;
    w.most_elements = 1000;
    return w;
  }

  Outcome check(const Case& c, Subject& subject, const JudgeOptions&) const override {
    RandomChoices random(c.seed, name(), c.op_name(), c.number);
    Outcome out = check_data(c, subject);
    for (int i = 0; i < mutations_per_case && out.verdict == Verdict::pass; ++i)
      if (const auto call = mutated(random, c)) out = check_call(*call, subject);
    return out;
  }

 private:
  // Nothing where the reader of attributes refuses, which has no label to compare.
  std::optional<Call> mutated(RandomChoices& random, const Case& c) const {
    const spec::Node& node = c.graph.node(c.output());
    LooseCall loose{node.op->attributes(), c.graph.shapes_of(node.inputs)};
    spoil(random, loose, node.op->words());
    auto op = catalogue_->parse(node.op.name(), loose.attributes);
    if (!op) return std::nullopt;
    Call call{std::move(*op), std::move(loose.shapes), {}};
    call.what = spec::concat(print(call.op), " of");
    for (const Shape& s : call.shapes) call.what += spec::concat(' ', s);
    return call;
  }

  static Outcome check_call(const Call& call, Subject& subject) {
    const Result<Shape> spec_says = call.op->shape(call.shapes);
    if (!spec_says && label_of(spec_says.error().what()).empty())
      return failed(spec::concat(call.what, ": the spec's error names no constraint: ", spec_says.error().what()));
    if (spec_says && !spec_says->valid())
      return failed(spec::concat(call.what, ": the spec accepts the shape ", *spec_says));
    std::vector<Values> in;
    std::vector<Index> extents;
    if (spec_says && spec_says->size() > most_elements) return {};
    for (std::size_t i = 0; i < call.shapes.size(); ++i) {
      if (!call.shapes[i].valid() || call.shapes[i].size() > most_elements) return {};
      extents.push_back(spec_says ? call.op->index_extent(i, call.shapes) : -1);
      if (extents.back() == 0 && call.shapes[i].size() > 0) return {};  // there is no such data
      in.push_back(Values::full(call.shapes[i], 0));
    }
    return compare(call, spec_says, subject.apply(call.op, in, extents));
  }

  static Outcome compare(const Call& call, const Result<Shape>& spec_says, const Result<Values>& subject_says) {
    const auto text = [](const auto& r, const auto& shape) {
      return r ? spec::concat("shape ", shape(*r)) : std::string(r.error().what());
    };
    const std::string a = text(spec_says, [](const Shape& s) { return s; });
    const std::string b = text(subject_says, [](const Values& v) { return v.shape(); });
    const bool agree =
        spec_says.has_value() == subject_says.has_value() && (spec_says ? a == b : label_of(a) == label_of(b));
    return agree ? Outcome{} : failed(spec::concat(call.what, ": the spec says ", a, "; the subject ", b));
  }

  // Too few elements, and indices out of range.
  static Outcome check_data(const Case& c, Subject& subject) {
    const auto leaves = c.graph.leaves();
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      const Index extent = c.graph.node(leaves[i]).extent;
      if (c.data[i].size() == 0) continue;
      std::vector<std::pair<std::string, Values>> wrong;
      wrong.emplace_back("one element more", Values::full(Shape{c.data[i].size() + 1}, 0));
      if (extent >= 0)
        wrong.emplace_back(spec::concat("index ", extent), with_last(c.data[i], static_cast<double>(extent)));
      if (extent >= 0) wrong.emplace_back("index -1", with_last(c.data[i], -1));
      for (auto& [what, values] : wrong) {
        std::vector<Values> data = c.data;
        data[i] = std::move(values);
        if (spec::check_data(c.graph, data)) return failed(spec::concat("the spec accepts ", what, " in input ", i));
        if (subject.run(c.graph, data, {c.output()}, {}))
          return failed(spec::concat("the subject accepts ", what, " in input ", i));
      }
    }
    return {};
  }

  static Values with_last(Values x, double value) {
    x.mutable_elements().back() = value;
    return x;
  }

  CataloguePointer catalogue_;
};

}  // namespace

std::unique_ptr<Law> shapes_law(CataloguePointer catalogue) {
  return std::make_unique<ShapeErrors>(std::move(catalogue));
}

}  // namespace plumbline::crosscheck
