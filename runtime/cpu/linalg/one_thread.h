// Keeps OpenMP, on which oneDNN runs, to the calling thread.
#pragma once

extern "C" {
int omp_get_max_threads();
void omp_set_num_threads(int threads);
}

namespace plumbline::runtime {

// For its lifetime, and then as it was: the setting belongs to the thread.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) {
    if (before_ != 1) omp_set_num_threads(1);
  }
  ~OneThread() {
    if (before_ != 1) omp_set_num_threads(before_);
  }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

}  // namespace plumbline::runtime
