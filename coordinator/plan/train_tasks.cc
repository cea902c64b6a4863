#include "coordinator/plan/train_tasks.h"

#include <algorithm>

#include "common/row_parts.h"

namespace mote::coordinator {
namespace {

int64_t Pieces(int64_t rows, int64_t size) { return (rows + size - 1) / size; }

}  // namespace

int64_t TrainTasks::LargestPart() const {
  return site_rows.empty() ? RowParts{rows, parts}.most() : *std::max_element(site_rows.begin(), site_rows.end());
}

int64_t TrainTasks::PartsLargerThan(int64_t size) const {
  if (site_rows.empty()) return RowParts{rows, parts}.LargerThan(size);
  return std::count_if(site_rows.begin(), site_rows.end(), [size](int64_t part) { return part > size; });
}

int64_t TrainTasks::optimizer_steps() const { return Pieces(parts > 0 ? LargestPart() : rows, batch_size); }

int64_t TrainTasks::steps() const { return parts > 0 ? Pieces(optimizer_steps(), local_steps) : optimizer_steps(); }

int64_t TrainTasks::StepTasks(int64_t step) const {
  if (parts > 0) return PartsLargerThan(step * local_steps * batch_size);
  return Pieces(std::min(batch_size, rows - step * batch_size), task_rows);
}

int64_t TrainTasks::StepsFrom(int64_t step, int64_t pending) const {
  const int64_t left = std::max<int64_t>(0, steps() - step);
  const int64_t updates = Pieces(pending + left, steps_per_update);
  if (left == 0) return updates;
  return (left - 1) * StepTasks(0) + StepTasks(steps() - 1) + updates;  // the last may be smaller
}

int64_t TrainTasks::After(std::string_view phase, int64_t epoch, int64_t step, int64_t pending) const {
  const int64_t whole_epoch = StepsFrom(0, 0) + validation_tasks;
  const int64_t later_epochs = (epochs - epoch - 1) * whole_epoch + 1;  // and the export
  if (phase == "classes") return 1 + epochs * whole_epoch + 1;
  if (phase == "init") return epochs * whole_epoch + 1;
  if (phase == "gradient" || phase == "round" || phase == "update") {
    return StepsFrom(step + 1, pending) + validation_tasks + later_epochs;
  }
  if (phase == "evaluate") return later_epochs;
  return 0;
}

}  // namespace mote::coordinator
