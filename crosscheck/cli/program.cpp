// Parsing the command line with CLI11, and the one place where mistakes become exit codes.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <new>

#include "crosscheck/audit/text_file.h"
#include "crosscheck/cli/usage.h"
#include "crosscheck/cli/verb.h"
#include "crosscheck/report/report.h"
#include "spec/lang/attributes.h"

namespace plumbline::crosscheck {

namespace {

class Cli11Flags final : public Flags {
 public:
  explicit Cli11Flags(CLI::App& app) : app_(app) {}

  void positionals(std::vector<std::string>& values, const std::string& shown, const std::string& help) override {
    app_.add_option(shown, values, help)->expected(0, -1)->type_name("");
  }
  void option(const std::string& name, std::string& value, const std::string& help) override {
    app_.add_option(name, value, help)->type_name("X")->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  }
  void repeated(const std::string& name, std::vector<std::string>& values, const std::string& help) override {
    app_.add_option(name, values, help)->type_name("X …")->allow_extra_args(false);
  }
  void list(const std::string& name, std::vector<std::string>& values, const std::string& help) override {
    app_.add_option(name, values, help)->type_name("X…")->expected(1, -1);
  }
  void flag(const std::string& name, bool& value, const std::string& help) override {
    app_.add_flag(name, value, help);
  }

 private:
  CLI::App& app_;
};

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* o : app.get_options())
    if (!o->get_lnames().empty()) names.push_back("--" + o->get_lnames().front());
  return names;
}

int complain(std::string_view text, int code) {
  std::fprintf(stderr, "crosscheck: %s\n", printable(text).c_str());
  return code;
}

// Options that nobody declared: CLI11 leaves them over.
void refuse_leftovers(const CLI::App& app) {
  for (const std::string& word : app.remaining()) {
    const std::string name = word.substr(0, word.find('='));
    refuse("command line: found ", word, ", expected an option of ", app.get_name(),
           spec::did_you_mean(name, option_names(app)));
  }
}

int refuse_verb(const CLI::App& app, const std::vector<std::unique_ptr<Verb>>& verbs) {
  std::vector<std::string> known;
  std::string list;
  for (const auto& verb : verbs) {
    known.emplace_back(verb->name());
    list += (list.empty() ? "" : ", ") + known.back();
  }
  const auto words = app.remaining();
  if (words.empty()) refuse("command line: found no verb, expected one of ", list, "; --help tells more");
  const std::string near = spec::did_you_mean(words.front(), known);
  refuse("command line: found ", words.front(), ", expected a verb", near.empty() ? ": one of " + list : near);
}

// What CLI11 found wrong, in our words.
std::string reworded(const CLI::ParseError& error) {
  const std::string text = error.what();
  const std::string option = text.substr(0, text.find(':'));
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const bool twice = text.find("at most") != std::string::npos || text.find("exactly") != std::string::npos;
    return option + (twice ? ": found more than one value, expected one" : ": found nothing, expected a value");
  }
  return "command line: found what cannot be read (" + text + "), expected what --help tells";
}

int parse_and_run(int argc, const char* const* argv) {
  CLI::App app(
      "Is this float tensor right? Certified oracles, derived tolerances and property tests for tensor programs.",
      "crosscheck");
  app.set_version_flag("--version", "crosscheck " + version());
  app.allow_extras();
  app.require_subcommand(0, 1);
  const auto verbs = all_verbs();
  std::vector<CLI::App*> parsers;
  for (const auto& verb : verbs) {
    parsers.push_back(app.add_subcommand(std::string(verb->name()), std::string(verb->summary())));
    parsers.back()->allow_extras();
    Cli11Flags flags(*parsers.back());
    verb->declare(flags);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success&) {  // --help, --version
    const auto at = std::find_if(parsers.begin(), parsers.end(), [](const CLI::App* p) { return p->parsed(); });
    const bool wants_version = app.count("--version") > 0;
    checked(write_file("-", wants_version         ? "crosscheck " + version() + "\n"
                            : at == parsers.end() ? app.help()
                                                  : (*at)->help("crosscheck")));
    return 0;
  } catch (const CLI::ParseError& error) {
    refuse(reworded(error));
  }
  for (std::size_t i = 0; i < verbs.size(); ++i) {
    if (!parsers[i]->parsed()) continue;
    refuse_leftovers(*parsers[i]);
    return verbs[i]->run(CommandLine(argv + 1, argv + argc));
  }
  return refuse_verb(app, verbs);
}

}  // namespace

std::vector<std::unique_ptr<Verb>> all_verbs() {
  std::vector<std::unique_ptr<Verb>> verbs;
  for (auto* make : {list_verb, run_verb, model_verb, eval_verb, check_verb, fuzz_verb, replay_verb, explain_verb,
                     mutants_verb, draw_verb, doctor_verb})
    verbs.push_back(make());
  return verbs;
}

int run_program(int argc, const char* const* argv) {
  try {
    return parse_and_run(argc, argv);
  } catch (const UsageError& error) {
    return complain(error.what(), 2);
  } catch (const spec::Error& error) {
    return complain(error.what(), 2);
  } catch (const std::bad_alloc&) {
    return complain("memory: found too little, expected enough for these tensors", 4);
  } catch (const std::exception& error) {
    return complain(spec::concat("internal error: ", error.what()), 4);
  }
}

}  // namespace plumbline::crosscheck
