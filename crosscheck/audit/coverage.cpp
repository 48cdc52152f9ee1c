// Counting what cases reach, and what they never do.
#include "crosscheck/audit/coverage.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <tuple>

#include "spec/eval/interpret.h"
#include "spec/num/traced.h"
#include "spec/num/verdict.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Shape;

namespace {

constexpr std::string_view zero = "zero", negative = "negative";  // classes of numbers

bool is_truth(std::string_view text) { return text == "true" || text == "false"; }

std::string class_of_list(std::string_view text) {
  if (text == "[]") return "empty list";
  return text.find(',') == std::string_view::npos ? "list of one" : "longer list";
}

// Truth values and words stand for themselves; numbers and lists for their class.
std::string class_of_value(const std::string& text) {
  if (text.starts_with('[')) return class_of_list(text);
  char* end = nullptr;
  const double x = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') return text;
  if (!std::isfinite(x)) return "not finite";
  if (x < 0) return std::string(negative);
  if (x == 0) return std::string(zero);
  return x < 1 ? "below one" : x == 1 ? "one" : "larger";
}

void count_attributes(OpCoverage& op, const spec::OpEntry& entry, const spec::Op& definition) {
  const spec::Attributes attributes = definition->attributes();
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    AttributeCoverage& a = op.attributes[attributes[i].name];
    ++a.values[class_of_value(attributes[i].value)];
    ++(attributes[i].value == entry.defaults[i].value ? a.default_value : a.other_value);
  }
}

bool is_number(const std::string& text) {
  char* end = nullptr;
  std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0';
}

// Whether the call would be accepted with the default, and each number with 0 and with −1, where none was so yet.
void probe_attributes(OpCoverage& op, const spec::OpEntry& entry, const spec::Op& definition,
                      const spec::Shapes& shapes) {
  const spec::Attributes attributes = definition->attributes();
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    AttributeCoverage& a = op.attributes[attributes[i].name];
    const auto takes = [&](const std::string& value) {
      spec::Attributes changed = attributes;
      changed[i].value = value;
      const auto other = entry.parse(changed);
      return other && (*other)->shape(shapes).has_value();
    };
    if (a.default_value == 0 && !a.takes_default) a.takes_default = takes(entry.defaults[i].value);
    if (!is_number(entry.defaults[i].value)) continue;
    if (!a.takes_zero && !a.values.contains(zero)) a.takes_zero = takes("0");
    if (!a.takes_negative && !a.values.contains(negative)) a.takes_negative = takes("-1");
  }
}

bool is_broadcast(const spec::Shapes& in, const Shape& out) {
  if (in.size() < 2) return false;
  Shape joint = in[0];
  bool differ = false;
  for (const Shape& s : in) {
    const auto wider = spec::broadcast(joint, s);
    if (!wider) return false;
    joint = *wider, differ |= s != in[0];
  }
  return differ && joint == out;
}

void count_shapes(OpCoverage& op, const spec::Shapes& in, const Shape& out) {
  bool empty = false, one = false;
  Index rank = 0;
  for (const Shape& s : in) {
    empty |= s.size() == 0;
    rank = std::max(rank, s.rank());
    for (Index d : s.dims()) one |= d == 1;
  }
  if (in.empty()) rank = out.rank();
  ++op.shapes[rank <= 5 ? spec::concat("rank ", rank) : std::string("rank above 5")];
  if (empty) ++op.shapes["empty"];
  if (one) ++op.shapes["extent 1"];
  if (is_broadcast(in, out)) ++op.shapes["broadcast"];
}

std::size_t kind_of(double x) {
  static const double square_root = std::ldexp(1.0, (spec::binary32.emax + 1) / 2);
  switch (spec::float_class(x, spec::binary32)) {
    case spec::FloatClass::zero: return 0;
    case spec::FloatClass::subnormal: return 1;
    case spec::FloatClass::normal: return std::abs(x) < square_root ? 2 : 3;
    case spec::FloatClass::infinite: return 4;
    default: return 5;
  }
}

void count_floats(FloatTally& tally, const Values& x) {
  for (Index i = 0; i < x.size(); ++i) ++tally[kind_of(x[i])];
}

// Hears of every branch of one reading.
class Listener final : public spec::Trace {
 public:
  void branch(const char* file, int line, std::string_view what, bool taken) override {
    BranchCoverage& b = places_[{file, line, what}];
    ++(taken ? b.taken : b.not_taken);
  }
  void add_to(OpCoverage& op) const {
    for (const auto& [place, b] : places_) {
      std::string_view file = std::get<0>(place);
      file = file.substr(std::min(file.size(), file.rfind("spec/") == file.npos ? 0 : file.rfind("spec/")));
      BranchCoverage& sum = op.branches[spec::concat(file, ':', std::get<1>(place), ' ', std::get<2>(place))];
      sum.taken += b.taken, sum.not_taken += b.not_taken;
    }
  }

 private:
  std::map<std::tuple<const char*, int, std::string_view>, BranchCoverage> places_;
};

void count_branches(OpCoverage& op, const spec::Op& definition, const std::vector<Values>& in) {
  Listener listener;
  spec::Tensors<spec::Traced> x;
  for (const Values& v : in)
    x.push_back(spec::Tensor<spec::Traced>::generate(
        v.shape(), [&](Index i) { return spec::Traced(v[i], &listener); }));
  static_cast<const spec::Reading<spec::Traced>&>(*definition).read(x, {});
  listener.add_to(op);
}

void add(Tally& sum, const Tally& more) {
  for (const auto& [name, n] : more) sum[name] += n;
}

void add(OpCoverage& sum, const OpCoverage& more) {
  sum.cases += more.cases;
  for (const auto& [name, a] : more.attributes) {
    AttributeCoverage& b = sum.attributes[name];
    add(b.values, a.values);
    b.default_value += a.default_value, b.other_value += a.other_value;
    b.takes_default |= a.takes_default, b.takes_zero |= a.takes_zero, b.takes_negative |= a.takes_negative;
  }
  add(sum.shapes, more.shapes);
  if (sum.floats.size() < more.floats.size()) sum.floats.resize(more.floats.size());
  for (std::size_t i = 0; i < more.floats.size(); ++i)
    for (std::size_t k = 0; k < float_kinds.size(); ++k) sum.floats[i][k] += more.floats[i][k];
  for (const auto& [place, b] : more.branches)
    sum.branches[place].taken += b.taken, sum.branches[place].not_taken += b.not_taken;
}

// What an op declares: both truth values, every word, and of numbers and lists the default and another value.
std::vector<std::string> missed_of(const OpCoverage& op, const spec::OpEntry& entry) {
  std::vector<std::string> missed;
  const auto demand = [&](const std::string& name, std::string_view value) {
    const auto at = op.attributes.find(name);
    if (at == op.attributes.end() || !at->second.values.contains(value))
      missed.push_back(spec::concat(name, '=', value));
  };
  const auto is_word = [&](const std::string& name) {
    return std::any_of(entry.words.begin(), entry.words.end(), [&](const spec::Words& w) { return w.field == name; });
  };
  for (const spec::Attribute& a : entry.defaults) {
    if (is_word(a.name)) continue;
    if (is_truth(a.value)) {
      for (std::string_view value : {"false", "true"}) demand(a.name, value);
      continue;
    }
    const auto at = op.attributes.find(a.name);
    if (at == op.attributes.end()) continue;
    if (at->second.default_value == 0 && at->second.takes_default) missed.push_back(spec::concat(a.name, '=', a.value));
    if (at->second.other_value == 0) missed.push_back(spec::concat(a.name, " other than ", a.value));
  }
  for (const spec::Words& w : entry.words)
    for (std::string_view word : w.list()) demand(std::string(w.field), word);
  return missed;
}

std::vector<std::string> untried_of(const OpCoverage& op) {
  std::vector<std::string> untried;
  for (const auto& [name, a] : op.attributes) {
    if (a.takes_zero && !a.values.contains(zero)) untried.push_back(name + "=0");
    if (a.takes_negative && !a.values.contains(negative)) untried.push_back(name + " below 0");
  }
  return untried;
}

// What neither has.
std::vector<std::string> common(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> both;
  for (const std::string& value : a)
    if (std::find(b.begin(), b.end(), value) != b.end()) both.push_back(value);
  return both;
}

}  // namespace

void Coverage::add(const spec::OpEntry& entry, const Case& c, bool branches) {
  const spec::Node& node = c.graph.node(c.output());
  if (!node.op || node.op.name() != entry.name || node.inputs.size() != c.data.size()) return;
  OpCoverage& op = ops_[std::string(entry.name)];
  ++op.cases;
  count_attributes(op, entry, node.op);
  spec::Shapes shapes;
  for (const Values& x : c.data) shapes.push_back(x.shape());
  count_shapes(op, shapes, node.shape);
  probe_attributes(op, entry, node.op, shapes);
  op.floats.resize(std::max(op.floats.size(), c.data.size()));
  for (std::size_t i = 0; i < c.data.size(); ++i)
    if (node.op->index_extent(i, shapes) < 0) count_floats(op.floats[i], c.data[i]);
  if (branches) count_branches(op, node.op, c.data);
}

void Coverage::merge(const Coverage& more) { crosscheck::merge(ops_, more.ops_); }

CoverageOfOps Coverage::finished(const spec::Catalogue& catalogue) const {
  CoverageOfOps out = ops_;
  for (auto& [name, op] : out)
    if (const spec::OpEntry* entry = catalogue.find(name))
      op.missed = missed_of(op, *entry), op.untried = untried_of(op);
  return out;
}

void merge(CoverageOfOps& coverage, const CoverageOfOps& more) {
  for (const auto& [name, op] : more) {
    const bool fresh = !coverage.contains(name);
    OpCoverage& sum = coverage[name];
    add(sum, op);
    // A value that one run reached is reached.
    sum.missed = fresh ? op.missed : common(sum.missed, op.missed);
    sum.untried = fresh ? op.untried : common(sum.untried, op.untried);
  }
}

}  // namespace plumbline::crosscheck
