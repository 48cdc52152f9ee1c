// Running a campaign.
#include "crosscheck/audit/campaign.h"

#include <algorithm>
#include <thread>

namespace plumbline::crosscheck {

namespace {

constexpr std::chrono::milliseconds glance(100);
constexpr double grace = 5;  // seconds that cases have to end after a thread was lost
constexpr double slower_when_sanitized = 20;
// Branches are looked at in the first small cases of each cell.
constexpr std::uint64_t traced_cases = 12;
constexpr spec::Index traced_elements = 400;

double seconds_between(std::chrono::steady_clock::time_point a, std::chrono::steady_clock::time_point b) {
  return std::chrono::duration<double>(b - a).count();
}

}  // namespace

Campaign::Campaign(Suite suite, std::shared_ptr<const spec::Catalogue> catalogue)
    : suite_(std::move(suite)),
      catalogue_(std::move(catalogue)),
      laws_(all_laws(catalogue_)),
      cells_(plan_cells(suite_, *catalogue_, laws_, spec_alone_)),
      items_(items_of(cells_)),
      done_(items_.size()),
      last_(items_.size()) {
  progress_.total = items_.size();
}

std::vector<Campaign::Item> Campaign::items_of(const std::vector<CellPlan>& cells) {
  std::uint64_t most = 0;
  for (const CellPlan& cell : cells) most = std::max(most, cell.cases);
  std::vector<Item> items;
  for (std::uint64_t n = 0; n < most; ++n)
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (n < cells[i].cases) items.push_back({i, n});
  return items;
}

void Campaign::run(const std::shared_ptr<Campaign>& campaign) {
  const Suite& suite = campaign->suite_;
  const int jobs = suite.jobs > 0 ? suite.jobs : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  std::vector<std::thread> threads;
  for (int j = 0; j < jobs; ++j) campaign->seats_.push_back(std::make_unique<Seat>());
  campaign->working_ = campaign->seats_.size();
  for (const auto& seat : campaign->seats_)
    threads.emplace_back([campaign, &seat = *seat] { campaign->work(seat); });
  campaign->supervise();
  for (std::size_t j = 0; j < threads.size(); ++j)
    campaign->seats_[j]->given_up ? threads[j].detach() : threads[j].join();
}

std::vector<std::vector<CaseRecord>> Campaign::by_cell() {
  std::vector<std::vector<CaseRecord>> out(cells_.size());
  for (std::size_t i = 0; i < items_.size() && i <= last_; ++i)
    if (done_[i]) out[items_[i].cell].push_back(std::move(*done_[i]));
  return out;
}

std::uint64_t Campaign::left_out() const {
  return static_cast<std::uint64_t>(std::count_if(done_.begin(), done_.end(), [](const auto& d) { return !d; }));
}

bool Campaign::stopped(std::size_t item) const {
  return gave_up_ || interrupted() || item > last_ ||
         (suite_.seconds > 0 && seconds_between(begin_, Clock::now()) > suite_.seconds);
}

void Campaign::work(Seat& seat) {
  while (take(seat)) {
    const CellPlan& cell = cells_[items_[seat.item].cell];
    const std::uint64_t number = items_[seat.item].number;
    CaseResult result = run_case(*cell.law, cell.entry, *catalogue_, *cell.subject, suite_, number, &seat.attempt);
    cover(seat, cell, number, result);
    CaseRecord record = record_of(cell, std::move(result));
    if (!hand_in(seat, std::move(record))) return;
  }
}

// Each op is counted once for each case, whatever the number of subjects.
void Campaign::cover(Seat& seat, const CellPlan& cell, std::uint64_t number, const CaseResult& result) {
  const bool counted = cell.entry != nullptr && result.c && result.c->graph.size() > 0 && first_of_law(cell);
  if (!counted || result.outcome.verdict == Verdict::crash) return;
  const bool branches = number < traced_cases && result.c->size() <= traced_elements;
  const std::lock_guard lock(seat.covering);
  run_guarded([&] { seat.coverage.add(*cell.entry, *result.c, branches); });
}

bool Campaign::first_of_law(const CellPlan& cell) const {
  return !cell.law->needs_subject() || suite_.subjects.empty() || cell.subject == suite_.subjects.front().get();
}

CoverageOfOps Campaign::coverage() const {
  Coverage all;
  for (const auto& seat : seats_) {
    const std::unique_lock lock(seat->covering, std::try_to_lock);  // a thread that is lost may hold it for ever
    if (lock) all.merge(seat->coverage);
  }
  return all.finished(*catalogue_);
}

// The next case; false where there is none for this thread.
bool Campaign::take(Seat& seat) {
  const std::lock_guard lock(mutex_);
  if (next_ >= items_.size() || stopped(next_)) {
    --working_;
    changed_.notify_all();
    return false;
  }
  seat.item = next_++, seat.since = Clock::now(), seat.attempt = 0;
  return true;
}

// False where the case was given up in the meantime.
bool Campaign::hand_in(Seat& seat, CaseRecord record) {
  const std::lock_guard lock(mutex_);
  if (seat.given_up) return false;
  const bool found = is_finding(record.result.outcome.verdict);
  if (found && suite_.stop_at_first) last_ = std::min(last_, seat.item);
  done_[seat.item] = std::move(record);
  seat.item = nothing;
  tell(found);
  return true;
}

void Campaign::tell(bool found) {
  ++progress_.done, progress_.findings += found;
  if (suite_.progress) suite_.progress(progress_);
}

void Campaign::supervise() {
  std::unique_lock lock(mutex_);
  while (working_ > 0) {
    changed_.wait_for(lock, glance);
    const auto now = Clock::now();
    if (!fault_seen_ && faults_.fault()) fault_seen_ = now;
    for (const auto& seat : seats_)
      if (seat->item != nothing && !seat->given_up) look(*seat, now);
  }
}

void Campaign::look(Seat& seat, Clock::time_point now) {
  const double most = suite_.case_seconds * (is_sanitized() ? slower_when_sanitized : 1);
  if (fault_seen_ && seat.since < *fault_seen_ && seconds_between(*fault_seen_, now) > grace)
    give_up(seat, *faults_.fault() + " in a thread that the subject had started");
  else if (most > 0 && seconds_between(seat.since, now) > most)
    give_up(seat, spec::concat("hang: not done after ", most, " s"));
}

void Campaign::give_up(Seat& seat, const std::string& why) {
  const CellPlan& cell = cells_[items_[seat.item].cell];
  CaseResult result;
  result.stuck = true;
  result.seconds = seconds_between(seat.since, Clock::now());
  result.outcome.verdict = result.outcome.judgement.verdict = Verdict::crash;
  result.outcome.message = why;
  result.c.emplace();
  // Drawn again, since the case itself belongs to the lost thread.
  if (const std::uint64_t attempt = seat.attempt; attempt > 0) {
    result.attempts = attempt;
    run_guarded([&] {
      result.c = case_of_attempt(*cell.law, cell.entry, *catalogue_, cell.subject->format(), suite_,
                                 items_[seat.item].number, attempt - 1);
    });
  } else {
    result.outcome.message += ", while the case was drawn";
  }
  if (!result.c) result.c.emplace();
  done_[seat.item] = record_of(cell, std::move(result));
  seat.given_up = gave_up_ = true;
  --working_;
  tell(/*found=*/true);
}

}  // namespace plumbline::crosscheck
