// The text form of graphs: one node a line, written by print, read back by parse_graph.
#include <cctype>
#include <map>

#include "spec/graph/graph.h"

namespace plumbline::spec {

namespace {

constexpr std::string_view header = "plumbline.graph/1";

std::string reference(const Graph& graph, NodeId id) {
  const std::string& name = graph.node(id).name;
  return name.empty() ? concat('%', id) : name;
}

bool is_name(std::string_view text) {
  if (text.empty()) return false;
  for (unsigned char c : text)
    if (!std::isalnum(c) && c != '_' && c != '.') return false;
  return true;
}

// A line cut into words; brackets and parentheses keep what is inside them together.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  int depth = 0;
  for (char c : line) {
    if (c == '[' || c == '(') ++depth;
    if (c == ']' || c == ')') --depth;
    if (c == ' ' && depth <= 0) {
      if (!word.empty()) words.push_back(std::move(word));
      word.clear();
    } else if (c != ' ') {
      word += c;
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

class Reader {
 public:
  Reader(const Catalogue& catalogue, std::string_view file) : catalogue_(catalogue), file_(file) {}

  Result<Graph> read(std::string_view text) {
    bool seen_header = false;
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      std::string_view line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      ++line_;
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (const std::size_t comment = line.find('#'); comment != std::string_view::npos) line = line.substr(0, comment);
      const auto words = words_of(line);
      if (words.empty()) continue;
      if (!seen_header) {
        if (words.size() != 1 || words[0] != header) return wrong(words[0], header);
        seen_header = true;
        continue;
      }
      if (auto ok = read_line(words); !ok) return tl::unexpected(ok.error());
    }
    if (!seen_header) return wrong("the end of the file", header);
    return std::move(graph_);
  }

 private:
  template <class... Expected>
  tl::unexpected<Error> wrong(std::string_view found, const Expected&... expected) const {
    return fail(file_, ": line ", line_, ": found ", found.substr(0, 60), ", expected ", expected...);
  }
  tl::unexpected<Error> wrong_because(const Error& error) const {
    return fail(file_, ": line ", line_, ": ", error.what());
  }

  Result<void> read_line(const std::vector<std::string>& words) {
    if (words[0] == "output" && !(words.size() > 1 && words[1] == "=")) return read_output(words);
    if (words.size() < 3 || words[1] != "=") return wrong(words[0], "`name = …` or `output name`");
    const std::string& name = words[0];
    const bool numbered = name == concat('%', graph_.size());
    if (!numbered && !is_name(name)) return wrong(name, "a name or %", graph_.size());
    if (ids_.count(name)) return wrong(name, "a name that is not yet taken");
    auto done =
        words[2] == "input" || words[2] == "param" || words[2] == "index" ? read_leaf(name, words) : read_op(words);
    if (!done) return done;
    ids_[name] = graph_.size() - 1;
    if (!numbered) graph_.rename(graph_.size() - 1, name);
    return {};
  }

  Result<void> read_output(const std::vector<std::string>& words) {
    if (words.size() != 2) return wrong(words.size() < 2 ? "nothing" : words[2], "one node after output");
    const auto id = node_named(words[1]);
    if (!id) return tl::unexpected(id.error());
    graph_.output(graph_.var(*id));
    return {};
  }

  Result<void> read_leaf(const std::string& name, const std::vector<std::string>& words) {
    const bool index = words[2] == "index";
    if (words.size() != (index ? 5U : 4U))
      return wrong(words.back(), "`", words[2], " [shape]", index ? " extent=N`" : "`");
    Shape shape;
    Axes dims;
    if (words[3].front() != '[' || !parse_value(words[3], dims)) return wrong(words[3], "a shape such as [2, 3]");
    shape = Shape(dims);
    if (!shape.valid()) return wrong(words[3], "a shape of at most ", max_elements, " elements");
    Index extent = -1;
    if (index &&
        (!words[4].starts_with("extent=") || !parse_value(std::string_view(words[4]).substr(7), extent) || extent < 0))
      return wrong(words[4], "extent=N");
    const std::string leaf = name.front() == '%' ? std::string() : name;
    if (index) graph_.index_input(leaf, shape, extent);
    else if (words[2] == "input") graph_.input(leaf, shape);
    else graph_.param(leaf, shape);
    return {};
  }

  Result<void> read_op(const std::vector<std::string>& words) {
    const std::string& call = words[2];
    const std::size_t open = call.find('(');
    if (open == std::string::npos || call.back() != ')') return wrong(call, "`op(inputs)`");
    std::vector<NodeId> inputs;
    std::string_view rest = std::string_view(call).substr(open + 1, call.size() - open - 2);
    while (!rest.empty()) {
      const std::size_t comma = rest.find(',');
      const auto id = node_named(rest.substr(0, comma));
      if (!id) return tl::unexpected(id.error());
      inputs.push_back(*id);
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    }
    Attributes attributes;
    for (std::size_t i = 3; i < words.size(); ++i) {
      const std::size_t equals = words[i].find('=');
      if (equals == std::string::npos) return wrong(words[i], "name=value");
      attributes.push_back({words[i].substr(0, equals), words[i].substr(equals + 1)});
    }
    auto op = catalogue_.parse(call.substr(0, open), attributes);
    if (!op) return wrong_because(op.error());
    if (const auto id = graph_.try_apply(std::move(*op), std::move(inputs)); !id) return wrong_because(id.error());
    return {};
  }

  Result<NodeId> node_named(std::string_view name) const {
    const auto at = ids_.find(name);
    if (at == ids_.end()) return wrong(name, "the name of an earlier node");
    return at->second;
  }

  const Catalogue& catalogue_;
  std::string_view file_;
  Graph graph_;
  std::map<std::string, NodeId, std::less<>> ids_;
  int line_ = 0;
};

}  // namespace

std::string print(const Graph& graph) {
  std::string text = concat(header, '\n');
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    text += reference(graph, id) + " = ";
    if (node.leaf != Leaf::none) {
      text += concat(node.extent >= 0 ? "index" : node.leaf == Leaf::input ? "input" : "param", ' ', node.shape);
      if (node.extent >= 0) text += concat(" extent=", node.extent);
    } else {
      text += concat(node.op.name(), '(');
      for (std::size_t i = 0; i < node.inputs.size(); ++i) text += (i ? ", " : "") + reference(graph, node.inputs[i]);
      text += ')';
      for (const Attribute& a : node.op->attributes()) text += concat(' ', a.name, '=', a.value);
    }
    text += '\n';
  }
  for (NodeId id : graph.outputs()) text += "output " + reference(graph, id) + '\n';
  return text;
}

Result<Graph> parse_graph(std::string_view text, const Catalogue& catalogue, std::string_view file) {
  return Reader(catalogue, file).read(text);
}

}  // namespace plumbline::spec
