// A campaign: all cases of a suite's cells, run by several threads under the eyes of one that waits for hangs.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "crosscheck/audit/cells.h"
#include "crosscheck/audit/coverage.h"
#include "crosscheck/audit/guard.h"

namespace plumbline::crosscheck {

// Owns all that its threads touch: one that never comes back is left behind with it.
class Campaign {
 public:
  Campaign(Suite suite, std::shared_ptr<const spec::Catalogue> catalogue);

  // Returns when every thread is done or given up. A case that takes longer than the suite allows, or whose subject
  // lost a thread to a fault, is a crash; no case is begun after one.
  static void run(const std::shared_ptr<Campaign>& campaign);

  const spec::Catalogue& catalogue() const { return *catalogue_; }
  const Laws& laws() const { return laws_; }
  const std::vector<CellPlan>& cells() const { return cells_; }
  // What was run of each cell, in case order.
  std::vector<std::vector<CaseRecord>> by_cell();
  // What the cases reached that came to an end.
  CoverageOfOps coverage() const;
  bool interrupted() const { return suite_.cancelled != nullptr && suite_.cancelled->load(); }
  bool gave_up() const { return gave_up_; }
  std::uint64_t left_out() const;

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t nothing = std::numeric_limits<std::size_t>::max();

  // One case of one cell, in the order in which they are run and reported.
  struct Item {
    std::size_t cell;
    std::uint64_t number;
  };
  // What one thread is at.
  struct Seat {
    std::size_t item = nothing;
    Clock::time_point since;
    std::atomic<std::uint64_t> attempt{0};
    bool given_up = false;
    std::mutex covering;  // of the coverage of its own cases
    Coverage coverage;
  };

  static std::vector<Item> items_of(const std::vector<CellPlan>& cells);
  bool stopped(std::size_t item) const;
  void work(Seat& seat);
  void cover(Seat& seat, const CellPlan& cell, std::uint64_t number, const CaseResult& result);
  bool first_of_law(const CellPlan& cell) const;
  bool take(Seat& seat);
  bool hand_in(Seat& seat, CaseRecord record);
  void supervise();
  void look(Seat& seat, Clock::time_point now);
  void give_up(Seat& seat, const std::string& why);
  void tell(bool found);

  const FaultHandlers handlers_;
  const FaultWatch faults_;
  const Suite suite_;
  const std::shared_ptr<const spec::Catalogue> catalogue_;
  const Laws laws_;
  SpecSubject spec_alone_;
  const std::vector<CellPlan> cells_;
  const std::vector<Item> items_;
  std::mutex mutex_;  // of all below
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Seat>> seats_;
  std::vector<std::optional<CaseRecord>> done_;
  std::size_t next_ = 0, last_, working_ = 0;
  bool gave_up_ = false;
  std::optional<Clock::time_point> fault_seen_;
  Progress progress_;
  const Clock::time_point begin_ = Clock::now();
};

}  // namespace plumbline::crosscheck
