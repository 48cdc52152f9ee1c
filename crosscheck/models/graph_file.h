// Auditing a graph from a file: one forward and one backward run on data made from a seed.
#pragma once

#include <map>
#include <ostream>

#include "crosscheck/models/model.h"

namespace plumbline::crosscheck {

// Refuses a graph with a node of more elements: `place: shape: found a result of shape …`.
spec::Result<void> check_sizes(const spec::Graph& graph, std::string_view place, spec::Index most);

// One run there and one back, from the first output, whose cotangent is ones. Leaves that are not given are made.
spec::Result<Report> audit_graph(spec::Graph graph, const ModelOptions& options, const ModelSubjects& subjects,
                                 std::ostream& table, const std::map<spec::NodeId, Values>& given = {});

// options.model names the file: a graph in text form, or a GraphSpec in text form or as JSON, which is trained.
spec::Result<Report> audit_graph_file(const ModelOptions& options, const ModelSubjects& subjects, std::ostream& table);

}  // namespace plumbline::crosscheck
