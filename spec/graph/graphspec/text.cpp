// The text form of GraphSpecs: one line for each input, chain, binding and output.
#include <algorithm>
#include <cctype>

#include "spec/graph/graphspec/graphspec.h"

namespace plumbline::spec {

namespace {

constexpr std::string_view header = "plumbline.graphspec/1";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

// Takes what comes before `separator` off the front; everything if there is none.
std::string_view take(std::string_view& text, std::string_view separator) {
  const std::size_t at = text.find(separator);
  const std::string_view first = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + separator.size());
  return trimmed(first);
}

class SpecReader {
 public:
  SpecReader(const PrimitiveTable& table, std::string_view file) : table_(table), file_(file) {}

  Result<GraphSpec> read(std::string_view text) {
    bool seen_header = false;
    while (!text.empty()) {
      std::string_view line = take(text, "\n");
      ++line_;
      line = take(line, "#");
      if (line.empty()) continue;
      if (!seen_header) {
        if (line != header) return wrong(line, header);
        seen_header = true;
      } else if (auto ok = read_line(line); !ok) {
        return tl::unexpected(ok.error());
      }
    }
    if (!seen_header) return wrong("the end of the file", header);
    return std::move(spec_);
  }

 private:
  template <class... Expected>
  tl::unexpected<Error> wrong(std::string_view found, const Expected&... expected) const {
    return fail(file_, ": line ", line_, ": found ", found.substr(0, 60), ", expected ", expected...);
  }
  template <class T>
  Result<void> placed(const Result<T>& result) const {
    if (!result) return fail(file_, ": line ", line_, ": ", result.error().what());
    return {};
  }

  Result<void> read_line(std::string_view line) {
    if (line.starts_with("output ")) {
      const auto id = term_named(trimmed(line.substr(7)));
      if (!id) return tl::unexpected(id.error());
      return placed(spec_.try_output(*id));
    }
    std::string_view rest = line;
    const std::string name(take(rest, " ="));
    rest = trimmed(rest);
    if (rest.empty()) return wrong(line, "`name = …` or `output name`");
    for (const std::string_view kind : {"input", "index"})
      if (rest.starts_with(concat(kind, ' '))) return read_input(name, kind, trimmed(rest.substr(kind.size())));
    return read_chain(name, rest);
  }

  Result<void> read_input(const std::string& name, std::string_view kind, std::string_view rest) {
    const std::size_t end = rest.find(']');
    Axes dims;
    if (!rest.starts_with('[') || end == std::string_view::npos) return wrong(rest, "a shape such as [2, 3]");
    std::string list(rest.substr(0, end + 1));
    std::erase(list, ' ');
    if (!parse_value(list, dims)) return wrong(list, "a shape such as [2, 3]");
    rest = trimmed(rest.substr(end + 1));
    SpecInput input{name, Shape(dims), -1};
    if (kind == "index") {
      if (!rest.starts_with("extent=") || !parse_value(rest.substr(7), input.extent) || input.extent < 0)
        return wrong(rest, "extent=N");
    } else if (!rest.empty()) {
      return wrong(rest, "the end of the line");
    }
    return placed(spec_.try_input(std::move(input)));
  }

  // `f(a, b) k=v`, `x >> f k=v >> g`
  Result<void> read_chain(const std::string& name, std::string_view text) {
    std::optional<TermId> before;
    for (bool first = true; first || !text.empty(); first = false) {
      std::string_view stage = take(text, ">>");
      if (stage.empty()) return wrong(">>", "a primitive on both sides of it");
      if (first && stage.find_first_of(" (") == std::string_view::npos) {
        const auto id = term_named(stage);
        if (!id) return tl::unexpected(id.error());
        if (text.empty()) return wrong(stage, "a primitive: `name = x >> f` or `name = f(x)`");
        before = *id;
        continue;
      }
      const auto id = read_stage(text.empty() ? name : std::string(), stage, before);
      if (!id) return tl::unexpected(id.error());
      before = *id;
    }
    return {};
  }

  // One binding; of the last in its line, `name`.
  Result<TermId> read_stage(const std::string& name, std::string_view stage, std::optional<TermId> before) {
    Binding binding;
    std::string_view primitive = stage.substr(0, stage.find_first_of(" ("));
    stage.remove_prefix(primitive.size());
    stage = trimmed(stage);
    if (stage.starts_with('(')) {
      if (before || stage.find(')') == std::string_view::npos)
        return wrong(stage, "`f(a, b)` at the beginning of a chain only");
      stage.remove_prefix(1);
      if (auto ok = read_arguments(take(stage, ")"), binding.inputs); !ok) return tl::unexpected(ok.error());
      stage = trimmed(stage);
    } else if (before) {
      binding.inputs = {*before};
    } else {
      return wrong(primitive, "`f(a, b)` or `x >> f`");
    }
    Attributes attributes;
    while (!stage.empty()) {
      std::string_view word = take(stage, " ");
      stage = trimmed(stage);
      if (word.find('=') == std::string_view::npos) return wrong(word, "name=value");
      const std::string key(take(word, "="));
      if (key != "shares") {
        attributes.push_back({key, std::string(word)});
        continue;
      }
      const auto owner = term_named(word);
      if (!owner) return tl::unexpected(owner.error());
      binding.shares = *owner;
    }
    auto made = table_.parse(primitive, attributes);
    if (auto ok = placed(made); !ok) return tl::unexpected(ok.error());
    binding.primitive = std::move(*made);
    if (name != concat('%', spec_.size())) binding.name = name;
    auto id = spec_.try_let(std::move(binding));
    if (auto ok = placed(id); !ok) return tl::unexpected(ok.error());
    return *id;
  }

  Result<void> read_arguments(std::string_view list, std::vector<TermId>& ids) const {
    while (!list.empty()) {
      const auto id = term_named(take(list, ","));
      if (!id) return tl::unexpected(id.error());
      ids.push_back(*id);
    }
    return {};
  }

  Result<TermId> term_named(std::string_view name) const {
    if (const auto id = spec_.find(name)) return *id;
    Index number = -1;
    if (name.starts_with('%') && parse_value(name.substr(1), number) && number >= 0 && number < spec_.size() &&
        spec_.name(static_cast<TermId>(number)) == name)
      return static_cast<TermId>(number);
    return wrong(name, "an earlier name");
  }

  const PrimitiveTable& table_;
  std::string_view file_;
  GraphSpec spec_;
  int line_ = 0;
};

// Whether a binding is written in the same line as the next one, its only reader.
std::vector<char> joined_to_next(const GraphSpec& spec) {
  std::vector<int> uses(static_cast<std::size_t>(spec.size()), 0);
  for (const Binding& b : spec.bindings()) {
    for (const TermId i : b.inputs) ++uses[static_cast<std::size_t>(i)];
    if (b.shares) ++uses[static_cast<std::size_t>(*b.shares)];
  }
  for (const TermId id : spec.outputs()) ++uses[static_cast<std::size_t>(id)];
  std::vector<char> joined(uses.size(), 0);
  for (auto id = static_cast<TermId>(spec.inputs().size()); id + 1 < spec.size(); ++id)
    joined[static_cast<std::size_t>(id)] = spec.binding(id).name.empty() && uses[static_cast<std::size_t>(id)] == 1 &&
                                           spec.binding(id + 1).inputs == std::vector<TermId>{id};
  return joined;
}

std::string arguments(const GraphSpec& spec, const Binding& b) {
  std::string text;
  for (const TermId i : b.inputs) text += (text.empty() ? "" : ", ") + spec.name(i);
  return text;
}

// `linear out_features=10`, with arguments where they are given.
std::string stage_text(const GraphSpec& spec, const Binding& b, const std::string& given) {
  std::string text = print(b.primitive);
  if (!given.empty()) text.insert(b.primitive->name().size(), concat('(', given, ')'));
  if (b.shares) text += " shares=" + spec.name(*b.shares);
  return text;
}

}  // namespace

std::string print(const GraphSpec& spec) {
  std::string text = concat(header, '\n');
  for (const SpecInput& x : spec.inputs()) {
    text += concat(x.name, x.extent >= 0 ? " = index " : " = input ", x.shape);
    if (x.extent >= 0) text += concat(" extent=", x.extent);
    text += '\n';
  }
  const std::vector<char> joined = joined_to_next(spec);
  std::string line;
  for (auto id = static_cast<TermId>(spec.inputs().size()); id < spec.size(); ++id) {
    const Binding& b = spec.binding(id);
    const bool goes_on = joined[static_cast<std::size_t>(id)] != 0;
    if (!line.empty()) line += " >> " + stage_text(spec, b, "");
    else if (goes_on && b.inputs.size() == 1)
      line = concat(spec.name(b.inputs[0]), " >> ", stage_text(spec, b, ""));
    else line = stage_text(spec, b, arguments(spec, b));
    if (goes_on) continue;
    text += concat(spec.name(id), " = ", line, '\n');
    line.clear();
  }
  for (const TermId id : spec.outputs()) text += "output " + spec.name(id) + '\n';
  return text;
}

Result<GraphSpec> parse_graphspec(std::string_view text, const PrimitiveTable& table, std::string_view file) {
  return SpecReader(table, file).read(text);
}

}  // namespace plumbline::spec
