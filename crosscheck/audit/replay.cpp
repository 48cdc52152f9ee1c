// Replay files: print, parse, rerun.
#include "crosscheck/audit/replay.h"

#include <algorithm>
#include <charconv>

#include "crosscheck/audit/hex.h"
#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/layers/layer_law.h"
#include "crosscheck/report/report.h"
#include "spec/eval/interpret.h"

namespace plumbline::crosscheck {

using spec::fail;
using spec::Index;
using spec::Result;

namespace {

constexpr std::string_view format_name = "plumbline.replay/", header = "plumbline.replay/1";
constexpr Index numbers_per_line = 8;

void print_values(std::string& text, std::string_view what, const Values& x) {
  text += spec::concat(what, ' ', x.shape(), '\n');
  for (Index i = 0; i < x.size(); ++i)
    text += hex(x[i]) + (i % numbers_per_line == numbers_per_line - 1 || i + 1 == x.size() ? "\n" : " ");
}

// One line, whatever was put into it.
std::string line_of(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' '; }, ' ');
  while (!text.empty() && text.back() == ' ') text.pop_back();
  text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
  return text;
}

bool has_cotangent(const Case& c) { return c.cotangent.shape() == c.graph.node(c.output()).shape; }

class ReplayReader {
 public:
  ReplayReader(std::string_view text, const spec::Catalogue& catalogue, std::string_view file)
      : rest_(text), catalogue_(catalogue), file_(file) {}

  Result<Replay> read() {
    next();
    if (line_ != header && line_.starts_with(format_name))
      return wrong(line_, concat_expected(header, "; it was written by another version"));
    if (line_ != header) return wrong(line_, std::string(header));
    for (auto step :
         {&ReplayReader::read_fields, &ReplayReader::read_graph, &ReplayReader::read_data, &ReplayReader::read_end})
      if (auto ok = (this->*step)(); !ok) return tl::unexpected(ok.error());
    return std::move(replay_);
  }

 private:
  template <class A, class B>
  static std::string concat_expected(const A& a, const B& b) {
    return spec::concat(a, b);
  }

  bool next() {
    ++number_;
    at_end_ = rest_.empty();
    const std::size_t end = rest_.find('\n');
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return !at_end_;
  }

  tl::unexpected<spec::Error> wrong(std::string_view found, std::string_view expected) const {
    return fail(file_, ": line ", number_, ": found ",
                at_end_         ? "the end of the file"
                : found.empty() ? "an empty line"
                                : found.substr(0, 60),
                ", expected ", expected);
  }

  // `name rest of the line`; an empty value is the name alone.
  bool take(std::string_view name, std::string& value) {
    if (!line_.starts_with(name)) return false;
    const std::string_view after = line_.substr(name.size());
    if (!after.empty() && after.front() != ' ') return false;
    value = after.empty() ? std::string() : std::string(after.substr(1));
    return true;
  }

  template <class N>
  Result<void> read_number(std::string_view name, N& value) {
    std::string text;
    next();
    if (!take(name, text)) return wrong(line_, spec::concat("`", name, " N`"));
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return wrong(text, "a number of at most 64 bits");
    return {};
  }

  Result<void> read_fields() {
    std::string verdict;
    const std::pair<std::string_view, std::string*> fields[] = {
        {"version", &replay_.version}, {"law", &replay_.law},         {"subject", &replay_.subject},
        {"verdict", &verdict},         {"message", &replay_.message}, {"claims", &replay_.claims},
        {"note", &replay_.note}};
    for (const auto& [name, value] : fields) {
      next();
      if (!take(name, *value)) return wrong(line_, spec::concat("`", name, " …`"));
      if (name == "claims")
        if (auto ok = check_claims(); !ok) return ok;
      if (name != "verdict") continue;
      const auto known = std::find_if(spec::all_verdicts.begin(), spec::all_verdicts.end(),
                                      [&](Verdict v) { return verdict_name(v) == verdict; });
      if (known == spec::all_verdicts.end()) return wrong(verdict, "a verdict");
      replay_.verdict = *known;
    }
    if (auto ok = read_number("seed", replay_.c.seed); !ok) return ok;
    return read_number("case", replay_.c.number);
  }

  // They say what was judged then; a case that runs again is judged by what its kernel claims now.
  Result<void> check_claims() {
    spec::Claims claims;
    for (std::string_view words = replay_.claims; !words.empty();) {
      const std::string_view word = words.substr(0, words.find(' '));
      const std::size_t equals = word.find('=');
      if (equals == std::string_view::npos) return wrong(word, "claims such as order=tree");
      if (auto ok = spec::set_claim(claims, word.substr(0, equals), word.substr(equals + 1)); !ok)
        return wrong(word, ok.error().what());
      words.remove_prefix(std::min(words.size(), word.size() + 1));
    }
    return {};
  }

  Result<void> read_graph() {
    next();
    if (line_ != "graph") return wrong(line_, "graph");
    const std::size_t first = number_;
    const char* begin = rest_.data();
    while (next() && line_ != "end") {
    }
    if (at_end_) return wrong("", "end of the graph");
    // Blank lines in front keep the line numbers of messages.
    const std::string text =
        std::string(first, '\n') + std::string(begin, static_cast<std::size_t>(line_.data() - begin));
    auto graph = spec::parse_graph(text, catalogue_, file_);
    if (!graph) return tl::unexpected(graph.error());
    const bool pair = replay_.law == layer_law_name;  // as recorded, and as the textbook says
    if (graph->outputs().size() != (pair ? 2 : 1))
      return wrong(spec::concat(graph->outputs().size(), " outputs"),
                   pair ? "a graph with two outputs" : "a graph with one output");
    replay_.c.graph = std::move(*graph);
    return {};
  }

  Result<void> read_data() {
    for (spec::NodeId id : replay_.c.graph.leaves()) {
      const spec::Node& leaf = replay_.c.graph.node(id);
      auto values = read_values("data " + reference(id), leaf.shape);
      if (!values) return tl::unexpected(values.error());
      replay_.c.data.push_back(std::move(*values));
    }
    if (auto ok = spec::check_data(replay_.c.graph, replay_.c.data); !ok)
      return fail(file_, ": line ", number_, ": ", ok.error().what());
    return {};
  }

  std::string reference(spec::NodeId id) const {
    const std::string& name = replay_.c.graph.node(id).name;
    return name.empty() ? spec::concat('%', id) : name;
  }

  Result<Values> read_values(const std::string& what, const spec::Shape& shape) {
    next();
    const std::string expected = spec::concat(what, ' ', shape);
    if (line_ != expected) return wrong(line_, spec::concat('`', expected, '`'));
    // A number takes two characters at least, `0x0p+0` six.
    if (static_cast<std::size_t>(shape.size()) > rest_.size() / 2)
      return wrong(spec::concat(rest_.size(), " more bytes"), spec::concat(shape.size(), " numbers"));
    std::vector<double> x;
    x.reserve(static_cast<std::size_t>(shape.size()));
    while (static_cast<Index>(x.size()) < shape.size()) {
      if (!next()) return wrong("", spec::concat(shape.size() - static_cast<Index>(x.size()), " more numbers"));
      for (std::string_view words = line_; !words.empty();) {
        const std::size_t space = words.find(' ');
        const auto number = parse_hex(words.substr(0, space));
        if (!number) return wrong(words.substr(0, space), "a hexadecimal float");
        if (static_cast<Index>(x.size()) == shape.size())
          return wrong(words, spec::concat("only ", shape.size(), " numbers"));
        x.push_back(*number);
        words.remove_prefix(space == std::string_view::npos ? words.size() : space + 1);
      }
    }
    return Values(shape, std::move(x));
  }

  Result<void> read_end() {
    const std::string_view ahead = rest_.substr(0, rest_.find('\n'));
    if (ahead.starts_with("cotangent")) {
      auto ct = read_values("cotangent", replay_.c.graph.node(replay_.c.output()).shape);
      if (!ct) return tl::unexpected(ct.error());
      replay_.c.cotangent = std::move(*ct);
    }
    next();
    if (line_ != "end" || at_end_) return wrong(line_, "end");
    if (next()) return wrong(line_, "nothing after end");
    return {};
  }

  std::string_view rest_, line_;
  const spec::Catalogue& catalogue_;
  std::string_view file_;
  std::size_t number_ = 0;
  bool at_end_ = false;
  Replay replay_;
};

}  // namespace

std::string print(const Replay& r) {
  std::string text = spec::concat(header, '\n');
  const auto field = [&](std::string_view name, const std::string& value) {
    const std::string line = line_of(value);
    text += spec::concat(name, line.empty() ? "" : " ", line, '\n');
  };
  field("version", r.version.empty() ? version() : r.version);
  field("law", r.law);
  field("subject", r.subject);
  field("verdict", std::string(verdict_name(r.verdict)));
  field("message", r.message);
  field("claims", r.claims);
  field("note", r.note);
  text += spec::concat("seed ", r.c.seed, "\ncase ", r.c.number, "\ngraph\n", spec::print(r.c.graph), "end\n");
  const auto leaves = r.c.graph.leaves();
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const std::string& name = r.c.graph.node(leaves[i]).name;
    print_values(text, "data " + (name.empty() ? spec::concat('%', leaves[i]) : name), r.c.data[i]);
  }
  if (has_cotangent(r.c)) print_values(text, "cotangent", r.c.cotangent);
  return text + "end\n";
}

Result<Replay> parse_replay(std::string_view text, const spec::Catalogue& catalogue, std::string_view file) {
  return ReplayReader(text, catalogue, file).read();
}

Result<Outcome> rerun(const Replay& replay, const Laws& laws, Subject& subject, const JudgeOptions& options) {
  const Law* law = law_named(laws, replay.law);
  std::vector<std::string> known;
  for (const auto& l : laws) known.emplace_back(l->name());
  if (law == nullptr) return fail("unknown law ", replay.law, spec::did_you_mean(replay.law, known));
  if (law->needs_subject() && replay.subject != subject.name())
    return fail("the case is of subject ", replay.subject, ", not of ", subject.name());
  if (!law->applies(replay.c)) return fail("law ", replay.law, " does not apply to ", replay.c.op_name());
  return law->check(replay.c, subject, options);
}

}  // namespace plumbline::crosscheck
