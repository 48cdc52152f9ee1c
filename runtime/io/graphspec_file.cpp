// Writing and reading GraphSpecs as JSON.
#include "runtime/io/graphspec_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "runtime/io/text.h"

namespace plumbline::runtime::io {

using nlohmann::json;
using nlohmann::ordered_json;
using spec::Binding;
using spec::concat;
using spec::fail;
using spec::GraphSpec;
using spec::Index;
using spec::Result;
using spec::TermId;

namespace {

constexpr std::string_view schema = "plumbline.graphspec/1";
constexpr std::size_t most_spec_bytes = std::size_t{1} << 26;
constexpr int most_depth = 5;  // of the lists in attributes

// The text of an attribute as a number, a truth value or a list of integers, where that reads back to the same text.
ordered_json value_of(const std::string& text) {
  ordered_json value = ordered_json::parse(text, nullptr, false);
  const bool list = value.is_array() && std::all_of(value.begin(), value.end(), [](const ordered_json& v) {
                      return v.is_number_integer();
                    });
  if (value.is_number_float()) return spec::print_value(value.get<double>()) == text ? value : ordered_json(text);
  const bool exact = (value.is_number() || value.is_boolean() || list) && value.dump() == text;
  return exact ? value : ordered_json(text);
}

ordered_json attributes_of(const spec::Primitive& primitive) {
  ordered_json out = ordered_json::object();
  const spec::Attributes defaults = primitive->defaults();
  for (const spec::Attribute& a : primitive->attributes())
    if (std::find(defaults.begin(), defaults.end(), a) == defaults.end()) out[a.name] = value_of(a.value);
  return out;
}

}  // namespace

std::string to_json(const GraphSpec& spec) {
  ordered_json out;
  out["schema"] = schema;
  for (const char* list : {"inputs", "bindings", "outputs"}) out[list] = ordered_json::array();
  for (const spec::SpecInput& x : spec.inputs()) {
    ordered_json input{{"name", x.name}, {"shape", x.shape.dims()}};
    if (x.extent >= 0) input["extent"] = x.extent;
    out["inputs"].push_back(std::move(input));
  }
  for (const Binding& b : spec.bindings()) {
    ordered_json binding = ordered_json::object();
    if (!b.name.empty()) binding["name"] = b.name;
    binding["primitive"] = b.primitive->name();
    binding["inputs"] = ordered_json::array();
    for (const TermId i : b.inputs) binding["inputs"].push_back(spec.name(i));
    if (ordered_json attributes = attributes_of(b.primitive); !attributes.empty())
      binding["attributes"] = std::move(attributes);
    if (b.shares) binding["shares"] = spec.name(*b.shares);
    out["bindings"].push_back(std::move(binding));
  }
  for (const TermId id : spec.outputs()) out["outputs"].push_back(spec.name(id));
  return out.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

namespace {

// Reads a parsed document; every error carries its place, as `bindings[3].attributes.axis`.
class JsonReader {
 public:
  JsonReader(const spec::PrimitiveTable& table, std::string_view file) : table_(table), file_(file) {}

  Result<GraphSpec> read(const json& document) {
    if (auto ok = check_keys("the document", document, {"schema", "inputs", "bindings", "outputs"}); !ok)
      return tl::unexpected(ok.error());
    if (!document.contains("schema") || document["schema"] != schema)
      return wrong("schema", document.value("schema", json()), concat('"', schema, '"'));
    for (const char* list : {"inputs", "bindings", "outputs"}) {
      if (!document.contains(list) || !document[list].is_array())
        return wrong(list, document.value(list, json()), "a list");
      for (std::size_t i = 0; i < document[list].size(); ++i) {
        const std::string place = concat(list, '[', i, ']');
        const json& item = document[list][i];
        auto ok = list[0] == 'i' ? read_input(place, item) : list[0] == 'b' ? read_binding(place, item)
                                                                            : read_output(place, item);
        if (!ok) return tl::unexpected(ok.error());
      }
    }
    return std::move(spec_);
  }

 private:
  tl::unexpected<spec::Error> wrong(std::string_view place, const json& found, std::string_view expected) const {
    std::string text = found.is_null() ? "nothing" : found.dump(-1, ' ', true, json::error_handler_t::replace);
    return fail(file_, ": ", place, ": found ", printable(text.substr(0, 60)), ", expected ", expected);
  }
  template <class T>
  Result<void> placed(std::string_view place, const Result<T>& result) const {
    if (!result) return fail(file_, ": ", place, ": ", printable(result.error().what()));
    return {};
  }

  Result<void> check_keys(std::string_view place, const json& item, const std::set<std::string>& known) const {
    if (!item.is_object()) return wrong(place, item, "an object");
    for (const auto& [key, value] : item.items())
      if (!known.contains(key))
        return fail(file_, ": ", place, ": found the key ", printable(key.substr(0, 60)), ", expected one of ",
                    joined(known));
    return {};
  }
  static std::string joined(const std::set<std::string>& words) {
    std::string out;
    for (const std::string& w : words) out += (out.empty() ? "" : ", ") + w;
    return out;
  }

  Result<std::string> text_at(const std::string& place, const json& item, const char* key, bool needed) const {
    const auto at = item.find(key);
    if (at == item.end() && !needed) return std::string();
    if (at == item.end() || !at->is_string()) return wrong(place + "." + key, item.value(key, json()), "a text");
    return at->get<std::string>();
  }

  static bool is_integers(const json& list) {
    return list.is_array() &&
           std::all_of(list.begin(), list.end(), [](const json& v) {
             return v.is_number_integer() && !(v.is_number_unsigned() && v.get<std::uint64_t>() > INT64_MAX);
           });
  }

  Result<void> read_input(const std::string& place, const json& item) {
    if (auto ok = check_keys(place, item, {"name", "shape", "extent"}); !ok) return ok;
    auto name = text_at(place, item, "name", true);
    if (!name) return tl::unexpected(name.error());
    if (!item.contains("shape") || !is_integers(item["shape"]))
      return wrong(place + ".shape", item.value("shape", json()), "a list of integers");
    spec::SpecInput input{std::move(*name), spec::Shape(item["shape"].get<std::vector<Index>>()), -1};
    if (item.contains("extent")) {
      if (!is_integers(json::array({item["extent"]})) || item["extent"].get<Index>() < 0)
        return wrong(place + ".extent", item["extent"], "an integer that is not negative");
      input.extent = item["extent"].get<Index>();
    }
    return placed(place, spec_.try_input(std::move(input)));
  }

  Result<void> read_binding(const std::string& place, const json& item) {
    if (auto ok = check_keys(place, item, {"name", "primitive", "inputs", "attributes", "shares"}); !ok) return ok;
    auto name = text_at(place, item, "name", false), primitive = text_at(place, item, "primitive", true);
    if (!name || !primitive) return tl::unexpected((name ? primitive : name).error());
    Binding binding;
    binding.name = std::move(*name);
    if (!item.contains("inputs") || !item["inputs"].is_array())
      return wrong(place + ".inputs", item.value("inputs", json()), "a list of names");
    for (const json& x : item["inputs"]) {
      const auto id = term_named(place + ".inputs", x);
      if (!id) return tl::unexpected(id.error());
      binding.inputs.push_back(*id);
    }
    if (item.contains("shares")) {
      const auto owner = term_named(place + ".shares", item["shares"]);
      if (!owner) return tl::unexpected(owner.error());
      binding.shares = *owner;
    }
    const auto attributes = read_attributes(place + ".attributes", item);
    if (!attributes) return tl::unexpected(attributes.error());
    auto made = table_.parse(*primitive, *attributes);
    if (auto ok = placed(place, made); !ok) return ok;
    binding.primitive = std::move(*made);
    return placed(place, spec_.try_let(std::move(binding)));
  }

  Result<spec::Attributes> read_attributes(const std::string& place, const json& item) const {
    spec::Attributes out;
    if (!item.contains("attributes")) return out;
    if (!item["attributes"].is_object()) return wrong(place, item["attributes"], "an object");
    for (const auto& [key, value] : item["attributes"].items()) {
      if (value.is_string()) out.push_back({key, value.get<std::string>()});
      else if (value.is_number_float()) out.push_back({key, spec::print_value(value.get<double>())});
      else if (value.is_boolean() || value.is_number() || is_integers(value)) out.push_back({key, value.dump()});
      else
        return wrong(concat(place, '.', printable(key)), value, "a number, a text, true, false or a list of integers");
    }
    return out;
  }

  Result<void> read_output(const std::string& place, const json& item) {
    const auto id = term_named(place, item);
    if (!id) return tl::unexpected(id.error());
    return placed(place, spec_.try_output(*id));
  }

  Result<TermId> term_named(const std::string& place, const json& item) const {
    if (!item.is_string()) return wrong(place, item, "a name");
    const auto name = item.get<std::string>();
    if (const auto id = spec_.find(name)) return *id;
    Index number = -1;
    if (name.starts_with('%') && spec::parse_value(std::string_view(name).substr(1), number) && number >= 0 &&
        number < spec_.size() && spec_.name(static_cast<TermId>(number)) == name)
      return static_cast<TermId>(number);
    return wrong(place, item, "an earlier name");
  }

  const spec::PrimitiveTable& table_;
  std::string_view file_;
  GraphSpec spec_;
};

}  // namespace

Result<GraphSpec> graphspec_from_json(std::string_view text, const spec::PrimitiveTable& table,
                                      std::string_view file) {
  std::vector<std::set<std::string>> keys;
  std::string problem;
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second && problem.empty())
      problem = "found the key " + printable(parsed.get<std::string>().substr(0, 60)) + " twice, expected it once";
    if (depth > most_depth && problem.empty()) problem = "found a list in a list in a list, expected a GraphSpec";
    return depth <= most_depth;
  };
  json document;
  try {
    document = json::parse(text, watch);
  } catch (const json::exception& e) {
    return fail(file, ": ", printable(std::string_view(e.what()).substr(0, 160)), ", expected JSON");
  }
  if (!problem.empty()) return fail(file, ": ", problem);
  return JsonReader(table, file).read(document);
}

Result<GraphSpec> read_graphspec(const std::string& path, const spec::PrimitiveTable& table) {
  const auto text = read_text(path, most_spec_bytes);
  if (!text) return tl::unexpected(text.error());
  const std::size_t first = text->find_first_not_of(" \t\r\n");
  if (first != std::string::npos && (*text)[first] == '{') return graphspec_from_json(*text, table, path);
  return spec::parse_graphspec(*text, table, path);
}

Result<void> write_graphspec(const std::string& path, const GraphSpec& spec) {
  return write_file(path, path.ends_with(".json") ? to_json(spec) : print(spec));
}

}  // namespace plumbline::runtime::io
