// `crosscheck draw`: a GraphSpec or a graph as a drawing, or a GraphSpec in its other forms.
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "crosscheck/audit/atomic_file.h"
#include "crosscheck/audit/text_file.h"
#include "crosscheck/cli/usage.h"
#include "crosscheck/cli/verb.h"
#include "crosscheck/models/graphspec_file.h"
#include "runtime/io/graphspec_file.h"
#include "spec/graph/graphspec/models.h"

namespace plumbline::crosscheck {

namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 26;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using TemporaryFile = std::unique_ptr<std::FILE, CloseFile>;

TemporaryFile temporary() {
  TemporaryFile file(std::tmpfile());
  if (!file) refuse("--out: found no place for temporary files, expected one");
  return file;
}

// What Graphviz makes of a drawing.
std::string svg_of(const std::string& dot) {
  const TemporaryFile in = temporary(), out = temporary();
  if (std::fwrite(dot.data(), 1, dot.size(), in.get()) != dot.size() || std::fflush(in.get()) != 0)
    refuse("--out: found no room for temporary files, expected some");
  std::rewind(in.get());
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, fileno(in.get()), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, fileno(out.get()), STDOUT_FILENO);
  char name[] = "dot", format[] = "-Tsvg";
  char* arguments[] = {name, format, nullptr};
  pid_t child = 0;
  const int failure = posix_spawnp(&child, name, &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  if (failure != 0) refuse("--out: found no program dot, expected Graphviz; a file .dot needs none");
  while (waitpid(child, &status, 0) < 0) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) refuse("--out: dot: found status ", status, ", expected 0");
  std::string svg;
  std::rewind(out.get());
  char block[1 << 14];
  for (std::size_t n = 0; (n = std::fread(block, 1, sizeof block, out.get())) > 0;) svg.append(block, n);
  return svg;
}

class Draw final : public Verb {
 public:
  std::string_view name() const override { return "draw"; }
  std::string_view summary() const override {
    return "draws a GraphSpec or a graph, or writes a GraphSpec in another form";
  }

  void declare(Flags& flags) override {
    flags.positionals(words_, "FILE", "a GraphSpec (text or JSON), a graph (text), or a preset: " +
                                          fmt::format("{}", fmt::join(spec::models::names(), ", ")));
    flags.option("--out", out_, "F.dot, F.svg (by Graphviz), F.json, F.graphspec; default: - in DOT");
    flags.flag("--small", small_, "a preset at sizes that are audited at once");
  }

  int run(const CommandLine&) override {
    if (words_.size() != 1) refuse("draw: found ", words_.size(), " files, expected one");
    checked(check_writable(out_));
    checked(write_file(out_, content()));
    return 0;
  }

 private:
  bool ends_with(std::string_view end) const { return out_.ends_with(end); }

  std::string content() const {
    const auto spec = read_spec();
    if (ends_with(".json") || ends_with(".graphspec")) {
      if (!spec) refuse("--out: found ", out_, " for a graph, expected .dot or .svg");
      return ends_with(".json") ? runtime::io::to_json(*spec) : print(*spec);
    }
    const std::string dot = spec ? to_dot(*spec) : to_dot(read_graph());
    return ends_with(".svg") ? svg_of(dot) : dot;
  }

  // nullopt where the file holds a plain graph.
  std::optional<spec::GraphSpec> read_spec() const {
    const std::string& word = words_.front();
    std::error_code error;
    if (!std::filesystem::exists(word, error)) {
      if (auto preset = spec::models::named(word, small_)) return std::move(*preset);
      refuse("draw: found ", word, ", expected a file or one of ",
             fmt::format("{}", fmt::join(spec::models::names(), ", ")),
             spec::did_you_mean(word, spec::models::names()));
    }
    if (!looks_like_graphspec(checked(read_text(word, most_bytes)))) return std::nullopt;
    return checked(runtime::io::read_graphspec(word, spec::PrimitiveTable::builtin()));
  }

  spec::Graph read_graph() const {
    return checked(spec::parse_graph(checked(read_text(words_.front(), most_bytes)), spec::Catalogue::builtin(),
                                     words_.front()));
  }

  std::vector<std::string> words_;
  std::string out_ = "-";
  bool small_ = false;
};

}  // namespace

std::unique_ptr<Verb> draw_verb() { return std::make_unique<Draw>(); }

}  // namespace plumbline::crosscheck
