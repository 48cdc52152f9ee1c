// shapes: what does not fit is refused by the spec and by the subject alike, with the same label, and nothing crashes.
#include <charconv>

#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/list.h"
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

void mutate_shape(RandomChoices& random, Shape& shape) {
  static const std::vector<Index> factors{0, 2, 3};
  const Index axis = shape.rank() > 0 ? random.pick(0, shape.rank() - 1) : -1;
  auto dims = shape.dims();
  switch (axis < 0 ? random.pick(5, 6) : random.pick(0, 6)) {
    case 0:
      dims[static_cast<std::size_t>(axis)] += 1;
      break;
    case 1:
      dims[static_cast<std::size_t>(axis)] = std::max<Index>(0, dims[static_cast<std::size_t>(axis)] - 1);
      break;
    case 2:
      dims[static_cast<std::size_t>(axis)] *= random.one_of(factors);
      break;
    case 3:
      dims.erase(dims.begin() + axis);
      break;
    case 4:
      std::swap(dims.front(), dims[static_cast<std::size_t>(axis)]);
      break;
    case 5:
      dims.push_back(random.pick(1, 3));
      break;
    default:
      dims.insert(dims.begin(), random.pick(1, 3));
      break;
  }
  shape = Shape(std::move(dims));
}

std::string mutated_number(RandomChoices& random, const std::string& text) {
  static const std::vector<std::string> extremes{
      "-1", "0", "1", "2", "7", "-9", "1000000", "-1000000", "9223372036854775807"};
  Index value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && random.coin() && std::abs(value) < 1000)
    return spec::concat(value + random.pick(-1, 1) * random.pick(1, 2));
  return random.one_of(extremes);
}

// A list with an entry changed, dropped or added; `true` and `false` exchanged; another number; an unknown word.
std::string mutated_value(RandomChoices& random, const std::string& text) {
  if (text == "true" || text == "false") return text == "true" ? "false" : "true";
  if (text.empty() || (text.front() != '[' && text.find_first_of("0123456789") == std::string::npos)) return "nonsense";
  if (text.front() != '[') return mutated_number(random, text);
  std::vector<std::string> entries;
  for (std::size_t at = 1; at + 1 < text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size() - 1);
    entries.push_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  const Index entry = entries.empty() ? -1 : random.pick(0, static_cast<Index>(entries.size()) - 1);
  switch (entry < 0 ? 2 : random.pick(0, 2)) {
    case 0:
      entries[static_cast<std::size_t>(entry)] = mutated_number(random, entries[static_cast<std::size_t>(entry)]);
      break;
    case 1:
      entries.erase(entries.begin() + entry);
      break;
    default:
      entries.push_back(mutated_number(random, "1"));
      break;
  }
  std::string out = "[";
  for (const std::string& e : entries) out += (out.size() > 1 ? "," : "") + e;
  return out + "]";
}

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
  std::optional<Call> mutated(RandomChoices& random, const Case& c) const {
    const spec::Node& node = c.graph.node(c.output());
    Call call{node.op, c.graph.shapes_of(node.inputs), {}};
    const spec::Attributes attributes = node.op->attributes();
    switch (random.pick(0, attributes.empty() ? 2 : 4)) {
      case 0:
        if (!call.shapes.empty() && random.coin())
          call.shapes.pop_back();
        else
          call.shapes.push_back(call.shapes.empty() ? Shape{2} : call.shapes.back());
        break;
      case 1:
      case 2:
        if (!call.shapes.empty())
          mutate_shape(
              random,
              call.shapes[static_cast<std::size_t>(random.pick(0, static_cast<Index>(call.shapes.size()) - 1))]);
        break;
      default: {
        spec::Attributes changed = attributes;
        spec::Attribute& a = changed[static_cast<std::size_t>(random.pick(0, static_cast<Index>(changed.size()) - 1))];
        a.value = mutated_value(random, a.value);
        auto op = catalogue_->parse(node.op.name(), changed);
        if (!op) return std::nullopt;  // refused by the reader, which has no label to compare
        call.op = std::move(*op);
      }
    }
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
