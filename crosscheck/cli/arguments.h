// The arguments of eval and check: an op, `name=value` attributes and NPY files, in any order.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crosscheck/io/npy.h"
#include "crosscheck/judge/judge.h"
#include "spec/eval/exact.h"
#include "spec/graph/catalogue.h"
#include "spec/graph/graph.h"
#include "spec/lang/claims.h"

namespace plumbline::crosscheck {

// Throw UsageError, as everything here.
double parse_number(const std::string& place, const std::string& text);
std::uint64_t parse_count(const std::string& place, const std::string& text, std::uint64_t least);
// `60s`, `2m`, `1h`, `500ms`, or seconds.
double parse_seconds(const std::string& place, const std::string& text);
// One of a few words; refuses others with the nearest.
std::string parse_word(const std::string& place, const std::string& text, const std::vector<std::string>& words);

struct OpWords {
  std::string op;
  spec::Attributes attributes;
  std::vector<std::string> files;
};
// `softmax axis=-1 x.npy`
OpWords split_words(const std::vector<std::string>& words);

// `--claim name=value`: claims by which u2 files are read as bfloat16.
struct ClaimWords {
  spec::Attributes words;
  Sixteen sixteen() const;
  // The default claims for an output format, then the words in order. A claimed format is that of the output, whatever
  // the file's own is.
  spec::Claims claims(const std::optional<spec::Format>& got) const;
};
ClaimWords split_claims(const std::vector<std::string>& words);

// The claims for each node: a claimed method is that of the ops which have one of that name; refused where none has.
// The graph must outlive what is returned.
ClaimsOf claims_on(const spec::Graph& graph, const spec::Claims& claims);

// One op, or a graph from a file (`graph FILE`), on tensors from files: each leaf has its tensor, in order.
struct OnFiles {
  std::string name;   // of the op, or `graph`
  spec::Graph graph;  // one output
  std::vector<Values> data;
  // The widest format of the files; binary32 where they hold integers only, or both 16-bit formats.
  spec::Format format = spec::binary32;
};
// Shapes, arity, attributes and indices are checked here, before anything is computed.
OnFiles load_inputs(const spec::Catalogue& catalogue, const OpWords& words, Sixteen sixteen);

// A tensor that must have a given shape, e.g. a cotangent or somebody's result.
Array load_shaped(const std::string& path, const spec::Shape& shape, std::string_view what, Sixteen sixteen);

}  // namespace plumbline::crosscheck
