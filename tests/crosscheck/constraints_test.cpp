// Every constraint of every op is met by drawn calls: both sides refuse them with its label, in words that help.
#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <set>

#include "crosscheck/sample/choices.h"
#include "crosscheck/sample/misfit.h"
#include "crosscheck/subjects/subject.h"
#include "spec/eval/interpret.h"
#include "tests/house/labels.h"

namespace plumbline::crosscheck {
namespace {

using spec::Index;
using spec::Result;
using spec::Shape;

constexpr int most_draws = 60000, least_draws = 300, most_comparisons = 3;
constexpr Index most_elements = 4096;  // of a tensor that is made

// `matmul C2` of `[matmul] inner dims differ: 3 vs 4 [matmul C2]`; empty if the text has another form.
std::string label_of(const std::string& message, std::string_view op) {
  const std::string begin = spec::concat('[', op, "] "), end = spec::concat(" [", op, " C");
  const std::size_t at = message.rfind(end);
  if (!message.starts_with(begin) || at == std::string::npos || at < begin.size() || !message.ends_with(']')) return {};
  return message.substr(at + 2, message.size() - at - 3);
}

std::string refusal_of(const Result<Shape>& r) { return r ? std::string() : r.error().what(); }

// Whether a text names a value as a word of its own.
bool names(const std::string& text, const std::string& value) {
  const auto part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; };
  for (std::size_t at = text.find(value); at != std::string::npos; at = text.find(value, at + 1)) {
    const std::size_t end = at + value.size();
    if ((at == 0 || !part(text[at - 1])) && (end >= text.size() || !part(text[end]) || text[end] == '.')) return true;
  }
  return false;
}

// What a call shows: the number of its inputs, their shapes and extents, the values of attributes and list entries.
std::set<std::string> values_of(const LooseCall& call) {
  std::set<std::string> out{std::to_string(call.shapes.size())};
  for (const Shape& s : call.shapes) {
    out.insert(spec::concat(s)), out.insert(std::to_string(s.rank()));
    for (Index d : s.dims()) out.insert(std::to_string(d));
  }
  for (const spec::Attribute& a : call.attributes) {
    out.insert(a.value);
    spec::Axes list;
    double number = 0;
    if (spec::parse_value(a.value, list))
      for (Index entry : list) out.insert(std::to_string(entry));
    if (spec::parse_value(a.value, list))
      out.insert(std::to_string(list.size())), out.insert(spec::concat(Shape(list)));
    if (spec::parse_value(a.value, number)) out.insert(spec::concat(number));
  }
  out.erase("");
  return out;
}

// Why a refusal helps nobody: it shows no value of the call, nor one computed from it, or nothing but that.
std::string unhelpful(const std::string& message, const std::string& label, const LooseCall& call) {
  const std::size_t begin = message.find("] ") + 2;
  const std::string text = message.substr(begin, message.size() - begin - label.size() - 3);
  bool shown = text.find(" [") != std::string::npos || text.find("got ") != std::string::npos;  // a result, a count
  for (const std::string& value : values_of(call)) shown = shown || names(text, value);
  if (!shown) return "names no value of the call";
  return std::count(text.begin(), text.end(), ' ') < 2 ? "does not say what was expected" : "";
}

// Meets the constraints of one op.
class Meeting {
 public:
  Meeting(const spec::OpEntry& entry, std::set<std::string> wanted) : entry_(entry), wanted_(std::move(wanted)) {}

  // The labels that no call met.
  std::set<std::string> meet(int draws) {
    RandomChoices random(/*seed=*/1, "constraints", entry_.name, 0);
    for (int i = 0; i < draws && (i < least_draws || !wanted_.empty()); ++i) {
      const spec::OpSample sample = entry_.sample(random);
      LooseCall call{sample.op->attributes(), sample.shapes};
      if (i % 16 == 0) bad_indices(sample);
      spoil(random, call, entry_.words);
      const auto op = entry_.parse(call.attributes);
      if (op) meet(*op, call);
    }
    return wanted_;
  }
  std::size_t met() const { return met_.size(); }
  std::size_t compared() const { return compared_; }

 private:
  void meet(const spec::Op& op, const LooseCall& call) {
    const auto shape = op->shape(call.shapes);
    if (shape) {
      EXPECT_TRUE(shape->valid()) << print(op) << " gives the shape " << *shape;
      return;
    }
    const std::string message = shape.error().what(), label = label_of(message, op.name());
    EXPECT_FALSE(label.empty()) << message;
    wanted_.erase(label);
    if (met_[label]++ >= most_comparisons) return;
    EXPECT_EQ(unhelpful(message, label, call), "") << print(op) << ": " << message;
    EXPECT_EQ(refusal_of_graph(op, call.shapes), message);
    compare_eager(op, call, message);
  }

  // A program is compiled from a graph, which says no when the op is added.
  static std::string refusal_of_graph(const spec::Op& op, const spec::Shapes& shapes) {
    for (const Shape& s : shapes)
      if (!s.valid()) return refusal_of(op->shape(shapes));  // there is no such leaf
    spec::Graph graph;
    std::vector<spec::NodeId> in;
    for (std::size_t i = 0; i < shapes.size(); ++i) in.push_back(graph.input(spec::concat('x', i), shapes[i]).id());
    const auto y = graph.try_apply(op, std::move(in));
    return y ? "" : y.error().what();
  }

  void compare_eager(const spec::Op& op, const LooseCall& call, const std::string& message) {
    std::vector<Values> in;
    for (const Shape& s : call.shapes) {
      if (!s.valid() || s.size() > most_elements) return;
      in.push_back(Values::full(s, 0));
    }
    const auto eager = subject_->apply(op, in, std::vector<Index>(in.size(), -1));
    EXPECT_EQ(eager ? "" : std::string(eager.error().what()), message) << print(op);
    ++compared_;
  }

  // Constraints on indices speak of data: a graph refuses them as [op C0], and the definition says no while it reads,
  // unless it reads nothing by them.
  void bad_indices(const spec::OpSample& sample) {
    for (std::size_t i = 0; i < sample.shapes.size(); ++i) {
      const Index extent = sample.op->shape(sample.shapes) ? sample.op->index_extent(i, sample.shapes) : -1;
      if (extent < 0 || sample.shapes[i].size() == 0) continue;
      for (const double bad : {static_cast<double>(extent), -1.0, 0.5, 1e300, std::nan("")}) {
        spec::Tensors<double> in;
        for (const Shape& s : sample.shapes) in.push_back(Values::full(s, 0));
        in[i].mutable_elements().back() = bad;
        if (sample.op->ignored_index() && bad == static_cast<double>(*sample.op->ignored_index())) continue;
        const auto checked = spec::check_data(*spec::graph_of(sample.op, sample.shapes), in);
        EXPECT_EQ(checked ? "" : label_of(checked.error().what(), entry_.name), spec::concat(entry_.name, " C0"))
            << print(sample.op) << " takes index " << bad << " of extent " << extent;
        try {
          sample.op->read(in, "");
        } catch (const spec::Error& error) {
          const std::string label = label_of(error.what(), entry_.name);
          EXPECT_FALSE(label.empty()) << error.what();
          wanted_.erase(label), ++met_[label];
        }
      }
    }
  }

  const spec::OpEntry& entry_;
  std::set<std::string> wanted_;
  std::map<std::string, int> met_;
  std::size_t compared_ = 0;
  std::unique_ptr<Subject> subject_ = cpu_subject();
};

TEST(Constraints, AreMetByDrawnCalls) {
  const auto catalogue = spec::Catalogue::builtin();
  std::map<std::string, std::set<std::string>> wanted;
  for (const auto& [label, file] : house::labels_in({"spec"}))
    if (label.find(" C") != std::string::npos) wanted[label.substr(0, label.find(' '))].insert(label);
  std::size_t ops = 0, labels = 0, compared = 0;
  for (const spec::OpEntry* entry : catalogue.entries()) {
    SCOPED_TRACE(std::string(entry->name));
    auto& own = wanted[std::string(entry->name)];
    own.insert(spec::concat(entry->name, " C0"));
    Meeting meeting(*entry, own);
    for (const std::string& label : meeting.meet(most_draws))
      ADD_FAILURE() << "no call of " << most_draws << " met [" << label << ']';
    ++ops, labels += meeting.met(), compared += meeting.compared();
  }
  std::cout << ops << " ops, " << labels << " constraints met, " << compared
            << " refusals compared with the runtime's\n";
}

TEST(Constraints, OneThatNothingMeetsIsTold) {
  const auto catalogue = spec::Catalogue::builtin();
  Meeting meeting(*catalogue.find("matmul"), {"matmul C2", "matmul C99"});
  EXPECT_EQ(meeting.meet(1000), std::set<std::string>{"matmul C99"});
}

}  // namespace
}  // namespace plumbline::crosscheck
