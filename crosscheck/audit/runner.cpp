// Cells of a suite, their cases in parallel, and the report in case order.
#include "crosscheck/audit/runner.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include "crosscheck/audit/cells.h"
#include "crosscheck/audit/guard.h"
#include "crosscheck/sample/draw.h"

namespace plumbline::crosscheck {

using Clock = std::chrono::steady_clock;

namespace {

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

Outcome crashed(const std::string& what) {
  Outcome o;
  o.verdict = o.judgement.verdict = Verdict::crash, o.message = what;
  return o;
}

std::optional<Case> draw(const Law& law, const spec::OpEntry* entry, const spec::Catalogue& catalogue,
                         const Suite& suite, std::uint64_t number, std::uint64_t attempt) {
  Wish wish = law.wish();
  wish.most_elements = static_cast<spec::Index>(static_cast<double>(wish.most_elements) * suite.size);
  const DrawKey key{suite.seed, law.name(), number, attempt};
  std::optional<Case> c = entry != nullptr ? draw_case(*entry, key, wish) : draw_graph(catalogue, key, wish);
  return c && law.applies(*c) ? c : std::nullopt;
}

}  // namespace

bool is_finding(Verdict v) {
  return v == Verdict::fail || v == Verdict::suspect || v == Verdict::crash || v == Verdict::nondeterministic;
}

bool matches(std::string_view glob, std::string_view name) {
  if (glob.empty()) return name.empty();
  if (glob.front() == '*') {
    for (std::size_t skip = 0; skip <= name.size(); ++skip)
      if (matches(glob.substr(1), name.substr(skip))) return true;
    return false;
  }
  return !name.empty() && (glob.front() == '?' || glob.front() == name.front()) &&
         matches(glob.substr(1), name.substr(1));
}

Suite quick_suite() {
  Suite suite;
  suite.cases_per_cell = 40, suite.graph_cases = 100;
  return suite;
}

Suite full_suite() {
  Suite suite;
  suite.cases_per_cell = 400, suite.graph_cases = 1000, suite.size = 3;
  return suite;
}

Outcome check_guarded(const Law& law, const Case& c, Subject& subject, const JudgeOptions& options) {
  Outcome outcome;
  const auto problem = run_guarded([&] { outcome = law.check(c, subject, options); });
  return problem ? crashed(*problem) : outcome;
}

CaseResult run_case(const Law& law, const spec::OpEntry* entry, const spec::Catalogue& catalogue, Subject& subject,
                    const Suite& suite, std::uint64_t number) {
  const auto begin = Clock::now();
  CaseResult result;
  for (std::uint64_t attempt = 0; attempt < most_attempts; ++attempt) {
    std::optional<Case> c;
    if (const auto problem = run_guarded([&] { c = draw(law, entry, catalogue, suite, number, attempt); })) {
      result.outcome = crashed("while the case was drawn: " + *problem);
      result.c.emplace();
      break;
    }
    if (!c) {
      attempt += attempts_per_shape - 1 - attempt % attempts_per_shape;  // other data would not help
      continue;
    }
    ++result.attempts;
    Outcome outcome = check_guarded(law, *c, subject, suite.judge);
    // Random graphs also compare equal irrational numbers, which no precision decides: another graph is drawn.
    const bool idle =
        outcome.verdict == Verdict::mistrusted || (entry == nullptr && outcome.verdict == Verdict::undecided);
    if (idle && result.c) continue;
    result.outcome = std::move(outcome), result.c = std::move(c);
    if (!idle) break;
  }
  result.seconds = seconds_since(begin);
  return result;
}

namespace {

// One case of one cell, in the order in which they are run and reported.
struct Item {
  std::size_t cell;
  std::uint64_t number;
};

std::vector<Item> items_of(const std::vector<CellPlan>& cells) {
  std::uint64_t most = 0;
  for (const CellPlan& cell : cells) most = std::max(most, cell.cases);
  std::vector<Item> items;
  for (std::uint64_t n = 0; n < most; ++n)
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (n < cells[i].cases) items.push_back({i, n});
  return items;
}

class Run {
 public:
  Run(const Suite& suite, const spec::Catalogue& catalogue, const std::vector<CellPlan>& cells)
      : suite_(suite),
        catalogue_(catalogue),
        cells_(cells),
        items_(items_of(cells)),
        done_(items_.size()),
        last_(items_.size()) {}

  void run() {
    const int jobs =
        suite_.jobs > 0 ? suite_.jobs : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    std::vector<std::thread> threads;
    for (int j = 1; j < jobs; ++j) threads.emplace_back([this] { work(); });
    work();
    for (std::thread& t : threads) t.join();
  }

  // What was run of each cell, in case order.
  std::vector<std::vector<CaseRecord>> by_cell() {
    std::vector<std::vector<CaseRecord>> out(cells_.size());
    for (std::size_t i = 0; i < items_.size() && i <= last_; ++i)
      if (done_[i]) out[items_[i].cell].push_back(std::move(*done_[i]));
    return out;
  }
  bool interrupted() const { return suite_.cancelled != nullptr && suite_.cancelled->load(); }
  std::uint64_t left_out() const {
    return static_cast<std::uint64_t>(std::count_if(done_.begin(), done_.end(), [](const auto& d) { return !d; }));
  }

 private:
  bool stopped(std::size_t item) const {
    return interrupted() || item > last_ || (suite_.seconds > 0 && seconds_since(begin_) > suite_.seconds);
  }

  void work() {
    for (std::size_t i = next_++; i < items_.size() && !stopped(i); i = next_++) {
      const CellPlan& cell = cells_[items_[i].cell];
      CaseRecord record =
          record_of(cell, run_case(*cell.law, cell.entry, catalogue_, *cell.subject, suite_, items_[i].number));
      const bool found = is_finding(record.result.outcome.verdict);
      done_[i] = std::move(record);
      tell(i, found);
    }
  }

  void tell(std::size_t item, bool found) {
    const std::lock_guard lock(mutex_);
    progress_.total = items_.size(), ++progress_.done, progress_.findings += found;
    if (found && suite_.stop_at_first) last_ = std::min<std::size_t>(last_, item);
    if (suite_.progress) suite_.progress(progress_);
  }

  const Suite& suite_;
  const spec::Catalogue& catalogue_;
  const std::vector<CellPlan>& cells_;
  const std::vector<Item> items_;
  std::vector<std::optional<CaseRecord>> done_;
  std::atomic<std::size_t> next_{0}, last_;
  std::mutex mutex_;
  Progress progress_;
  const Clock::time_point begin_ = Clock::now();
};

}  // namespace

Report run_suite(const Suite& suite) {
  const auto begin = Clock::now();
  const FaultHandlers handlers;
  const auto catalogue =
      suite.catalogue ? suite.catalogue : std::make_shared<const spec::Catalogue>(spec::Catalogue::builtin());
  const Laws laws = all_laws(catalogue);
  SpecSubject spec_alone;
  const std::vector<CellPlan> cells = plan_cells(suite, *catalogue, laws, spec_alone);
  Run run(suite, *catalogue, cells);
  run.run();
  Report report;
  report.seed = suite.seed;
  report.interrupted = run.interrupted();
  if (const auto n = run.left_out(); n > 0 && !suite.stop_at_first)
    report.notes.push_back(
        spec::concat(n, " cases were left out: ", run.interrupted() ? "interrupted" : "the time was over"));
  auto records = run.by_cell();
  std::uint64_t shrunk = 0;
  for (std::size_t i = 0; i < cells.size(); ++i)
    reduce_cell(cells[i], records[i], suite, *catalogue, laws, shrunk, report);
  std::sort(report.cells.begin(), report.cells.end(), [](const Cell& a, const Cell& b) {
    return std::tie(a.op, a.law, a.subject) < std::tie(b.op, b.law, b.subject);
  });
  report.seconds = seconds_since(begin);
  return report;
}

}  // namespace plumbline::crosscheck
