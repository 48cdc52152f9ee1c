// Reading the header strictly, event by event: what does not fit is refused before anything is built from it.
#include "runtime/io/safetensors_header.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "runtime/io/text.h"

namespace plumbline::runtime::io {

using nlohmann::json;
using spec::concat;
using spec::fail;

namespace {

constexpr std::array<std::string_view, 5> names{"F32", "F64", "F16", "BF16", "I64"};  // in the order of DType
constexpr Index most_axes = 64;
constexpr std::string_view metadata_key = "__metadata__";

std::string shown(std::string_view text) { return "'" + printable(text.substr(0, 60)) + "'"; }

// {"x":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"__metadata__":{"k":"v"}}, as events of a parser. A handler
// returns false to stop it; the error says why.
class Events : public json::json_sax_t {
 public:
  std::string error;
  SafetensorsHeader header;

  bool null() override { return found("null"); }
  bool boolean(bool v) override { return found(v ? "true" : "false"); }
  bool number_integer(number_integer_t v) override { return found(concat(v)); }
  bool number_float(number_float_t, const string_t& text) override { return found(text.substr(0, 60)); }
  bool binary(binary_t&) override { return found("binary data"); }
  bool number_unsigned(number_unsigned_t v) override {
    if (at_ == At::shape) {
      if (entry().shape.rank() == most_axes) return found("another axis");
      if (v > static_cast<std::uint64_t>(spec::max_elements)) return found(concat(v));
      return entry().shape.push_back(static_cast<Index>(v)), true;
    }
    if (at_ != At::offsets || offsets_ == 2) return found(concat(v));
    (offsets_++ == 0 ? entry().begin : entry().end) = v;
    return true;
  }
  bool string(string_t& v) override {
    if (at_ == At::metadata) return header.metadata.emplace(key_, v), true;
    if (at_ != At::dtype) return found(shown(v));
    const auto known = std::find(names.begin(), names.end(), v);
    if (known == names.end()) return found(shown(v));
    entry().dtype = static_cast<DType>(known - names.begin());
    return at_ = At::tensor, true;
  }
  bool start_object(std::size_t) override {
    if (at_ == At::start) return at_ = At::top, true;
    if (at_ != At::item) return found("{");
    at_ = key_ == metadata_key ? At::metadata : At::tensor;
    if (at_ == At::tensor) header.tensors.push_back({.name = key_}), seen_.clear(), offsets_ = 0;
    else keys_.clear();
    return true;
  }
  bool key(string_t& name) override {
    if (at_ == At::top) {
      if (!items_.insert(name).second) return refuse("tensor ", shown(name), ": found twice, expected once");
      return key_ = name, at_ = At::item, true;
    }
    if (at_ == At::metadata) {
      if (!keys_.insert(name).second) return refuse("metadata: found ", shown(name), " twice, expected it once");
      return key_ = name, true;
    }
    at_ = name == "dtype" ? At::dtype : name == "shape" ? At::before_shape : At::before_offsets;
    if (at_ == At::before_offsets && name != "data_offsets") return at_ = At::tensor, found(shown(name));
    if (!seen_.insert(name).second) return refuse(place(), "found ", shown(name), " twice, expected it once");
    return true;
  }
  bool end_object() override {
    if (at_ == At::tensor && seen_.size() < 3) return found("}");
    at_ = at_ == At::top ? At::end : At::top;
    return true;
  }
  bool start_array(std::size_t) override {
    if (at_ == At::before_shape) return at_ = At::shape, true;
    if (at_ == At::before_offsets) return at_ = At::offsets, true;
    return found("[");
  }
  bool end_array() override {
    if (at_ == At::offsets && offsets_ < 2) return found("]");
    return at_ = At::tensor, true;
  }
  bool parse_error(std::size_t position, const std::string&, const json::exception&) override {
    return refuse("byte ", position + 7, ": found no JSON, expected ", expected());  // behind the length
  }

 private:
  enum class At { start, top, item, tensor, dtype, before_shape, shape, before_offsets, offsets, metadata, end };

  TensorEntry& entry() { return header.tensors.back(); }
  std::string place() const {
    if (at_ == At::start || at_ == At::top || at_ == At::end) return "";
    return key_ == metadata_key || at_ == At::metadata ? "metadata: " : concat("tensor ", shown(key_), ": ");
  }
  std::string_view expected() const {
    switch (at_) {
      case At::start: return "{";
      case At::item: return "an object";
      case At::tensor: return "dtype, shape and data_offsets";
      case At::dtype: return "one of F64 F32 F16 BF16 I64";
      case At::before_shape: return "a shape such as [2,3]";
      case At::shape: return "at most 64 extents that fit a tensor";
      case At::before_offsets:
      case At::offsets: return "data_offsets [begin,end]";
      case At::metadata: return "a string";
      case At::top: return "a tensor's name";
      default: return "the end of the header";
    }
  }
  template <class... Args>
  bool refuse(const Args&... args) {
    error = concat(args...);
    return false;
  }
  bool found(std::string_view what) { return refuse(place(), "found ", what, ", expected ", expected()); }

  At at_ = At::start;
  std::string key_;
  std::set<std::string> items_, keys_, seen_;
  int offsets_ = 0;
};

// Shapes against offsets, and offsets against one another and the data.
Result<void> check_layout(const SafetensorsHeader& header, std::uint64_t data_size, std::string_view file) {
  std::vector<const TensorEntry*> by_place;
  for (const TensorEntry& t : header.tensors) {
    const auto wrong = [&](const auto&... args) {
      return fail(file, ": header: tensor ", shown(t.name), ": ", args...);
    };
    if (!t.shape.valid()) return wrong("found shape ", t.shape, ", expected at most ", spec::max_elements, " elements");
    if (t.end < t.begin || t.end > data_size)
      return wrong("found data_offsets [", t.begin, ", ", t.end, "], expected a range within ", data_size, " bytes");
    const std::uint64_t bytes = static_cast<std::uint64_t>(t.shape.size()) * size_of(t.dtype);
    if (t.end - t.begin != bytes)
      return wrong("found ", t.end - t.begin, " bytes, expected ", bytes, " for shape ", t.shape, " of ",
                   safetensors_name(t.dtype));
    by_place.push_back(&t);
  }
  std::stable_sort(by_place.begin(), by_place.end(), [](const TensorEntry* a, const TensorEntry* b) {
    return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
  });
  std::uint64_t end = 0;
  for (const TensorEntry* t : by_place) {
    if (t->begin != end)
      return fail(file, ": header: tensor ", shown(t->name), ": found data from byte ", t->begin, " on, expected ", end,
                  t->begin < end ? ": tensors overlap" : ": tensors leave a gap");
    end = t->end;
  }
  if (end != data_size)
    return fail(file, ": header: found tensors of ", end, " bytes, expected the ", data_size, " bytes of the data");
  return {};
}

std::optional<std::string> quoted(const std::string& text) {
  try {
    return json(text).dump();
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace

std::string_view safetensors_name(DType dtype) { return names[static_cast<std::size_t>(dtype)]; }

Result<std::uint64_t> safetensors_header_length(std::string_view bytes, std::uint64_t file_size,
                                                std::string_view file) {
  if (bytes.size() < 8)
    return fail(file, ": byte ", bytes.size(), ": found the end of the file, expected 8 bytes of a header's length");
  std::uint64_t length = 0;
  for (int i = 0; i < 8; ++i) length |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << 8 * i;
  const std::uint64_t most = std::min(longest_safetensors_header, file_size - 8);
  if (length > most)
    return fail(file, ": byte 0: found a header of ", length, " bytes, expected at most ", most,
                most == longest_safetensors_header ? "" : ", all that is left of the file");
  return length;
}

Result<SafetensorsHeader> parse_safetensors_header(std::string_view bytes, std::uint64_t file_size,
                                                   std::string_view file) {
  const auto length = safetensors_header_length(bytes, file_size, file);
  if (!length) return tl::unexpected(length.error());
  if (bytes.size() - 8 < *length)
    return fail(file, ": byte 8: found a part of the header, expected ", *length, " bytes");
  Events events;
  const std::string_view text = bytes.substr(8, *length);
  if (!json::sax_parse(text.begin(), text.end(), &events)) return fail(file, ": header: ", events.error);
  events.header.data_offset = 8 + *length;
  if (auto ok = check_layout(events.header, file_size - events.header.data_offset, file); !ok)
    return tl::unexpected(ok.error());
  return std::move(events.header);
}

Result<std::string> print_safetensors_header(const std::vector<TensorEntry>& tensors, const Metadata& metadata) {
  std::string text = "{";
  if (!metadata.empty()) {
    text += "\"__metadata__\":{";
    for (const auto& [key, value] : metadata) {
      const auto k = quoted(key), v = quoted(value);
      if (!k || !v) return fail("metadata ", shown(key), ": found bytes that are no UTF-8, expected text");
      text += *k + ':' + *v + ',';
    }
    text.back() = '}';
    text += ',';
  }
  std::set<std::string_view> taken{metadata_key};
  for (const TensorEntry& t : tensors) {
    const auto name = quoted(t.name);
    if (!name) return fail("tensor ", shown(t.name), ": found bytes that are no UTF-8, expected text");
    if (!taken.insert(t.name).second)
      return fail("tensor ", shown(t.name), ": found the name a second time, expected each once");
    text += concat(*name, ":{\"dtype\":\"", safetensors_name(t.dtype), "\",\"shape\":[");
    for (Index a = 0; a < t.shape.rank(); ++a) text += concat(a ? "," : "", t.shape[a]);
    text += concat("],\"data_offsets\":[", t.begin, ",", t.end, "]},");
  }
  if (text.back() == ',') text.pop_back();
  text += '}';
  text.resize((text.size() + 7) / 8 * 8, ' ');
  if (text.size() > longest_safetensors_header)
    return fail("found a header of ", text.size(), " bytes, expected at most ", longest_safetensors_header);
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(text.size() >> 8 * i & 255);
  return bytes + text;
}

}  // namespace plumbline::runtime::io
