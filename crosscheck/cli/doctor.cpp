// `crosscheck doctor`: what this machine and this build are, and whether a short self-test passes.
#include <fmt/format.h>
#include <toml++/impl/version.h>
#include <unistd.h>

#include <CLI/Version.hpp>
#include <cfenv>
#include <limits>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <thread>

#include "crosscheck/audit/atomic_file.h"
#include "crosscheck/cli/subjects.h"
#include "crosscheck/cli/suite_flags.h"
#include "crosscheck/cli/usage.h"
#include "crosscheck/cli/verb.h"
#include "runtime/core/libraries.h"
#include "spec/num/libraries.h"

namespace plumbline::crosscheck {

namespace {

constexpr double self_test_seconds = 10;
constexpr std::uint64_t self_test_cases = 400;

std::string rounding_mode() {
  switch (std::fegetround()) {
    case FE_TONEAREST:
      return "to nearest, ties to even";
    case FE_UPWARD:
      return "upward";
    case FE_DOWNWARD:
      return "downward";
    case FE_TOWARDZERO:
      return "toward zero";
    default:
      return "unknown";
  }
}

// Does the hardware, as this program runs on it, keep subnormal operands and results?
template <class F>
bool keeps_subnormals() {
  volatile F normal = std::numeric_limits<F>::min();
  volatile F subnormal = normal / 4;
  volatile F back = subnormal * 4;
  return subnormal != 0 && back == normal;
}

std::string dotted(int a, int b, int c) { return fmt::format("{}.{}.{}", a, b, c); }

using Facts = std::vector<std::pair<std::string, std::string>>;

Facts facts() {
  const Host host = this_host();
  Facts out{{"version", version()},
            {"cpu", host.cpu},
            {"cores", fmt::to_string(std::thread::hardware_concurrency())},
            {"memory", fmt::format("{:.1f} GiB", static_cast<double>(::sysconf(_SC_PHYS_PAGES)) *
                                                     static_cast<double>(::sysconf(_SC_PAGE_SIZE)) /
                                                     static_cast<double>(1 << 30))},
            {"compiler", host.compiler},
            {"flags", host.flags},
            {"devices", host.device.empty() ? "cpu; no accelerator" : "cpu, " + host.device},
            {"rounding mode", rounding_mode()},
            {"subnormals", keeps_subnormals<float>() && keeps_subnormals<double>() ? "kept" : "FLUSHED TO ZERO"}};
  for (const auto& [name, number] : spec::number_libraries()) out.emplace_back(name, number);
  for (const auto& [name, number] : runtime::runtime_libraries()) out.emplace_back(name, number);
  out.emplace_back("fmt", dotted(FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100));
  out.emplace_back("nlohmann-json",
                   dotted(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH));
  out.emplace_back("CLI11", CLI11_VERSION);
  out.emplace_back("pugixml", fmt::format("{}.{}", PUGIXML_VERSION / 1000, PUGIXML_VERSION % 1000 / 10));
  out.emplace_back("toml++", dotted(TOML_LIB_MAJOR, TOML_LIB_MINOR, TOML_LIB_PATCH));
  return out;
}

class Doctor final : public Verb {
 public:
  std::string_view name() const override { return "doctor"; }
  std::string_view summary() const override {
    return "machine, compiler, libraries, rounding mode, and a ten-second self-test";
  }
  void declare(Flags& flags) override { flags.flag("--json", json_, "as JSON"); }

  int run(const CommandLine& command) override {
    const Interrupt interrupt;
    const bool healthy = std::fegetround() == FE_TONEAREST && keeps_subnormals<float>() && keeps_subnormals<double>();
    Report report = self_test(interrupt);
    report.command = command;
    checked(write_file("-", json_ ? json_text(report) : text(report)));
    const int code = report.exit_code();
    return healthy || code != 0 ? code : 1;
  }

 private:
  static Report self_test(const Interrupt& interrupt) {
    Suite suite = quick_suite();
    suite.subjects = subjects_named({});
    suite.seconds = self_test_seconds;
    suite.total_cases = self_test_cases;
    suite.cancelled = interrupt.flag();
    Report report = run_suite(suite);
    report.interrupted = interrupt.raised();
    return report;
  }

  static std::string text(const Report& report) {
    std::string out;
    for (const auto& [name, value] : facts()) out += fmt::format("{:<14} {}\n", name, value);
    for (const Finding& f : report.findings) out += text_finding(f, /*color=*/false);
    return out + "self-test      " + last_line(report);
  }

  static std::string json_text(const Report& report) {
    nlohmann::ordered_json json{{"schema", "plumbline.doctor/1"}};
    for (const auto& [name, value] : facts()) json[name] = value;
    json["self_test"] = nlohmann::ordered_json::parse(json_report(report));
    return json.dump(2) + "\n";
  }

  bool json_ = false;
};

}  // namespace

std::unique_ptr<Verb> doctor_verb() { return std::make_unique<Doctor>(); }

}  // namespace plumbline::crosscheck
