#include "coordinator/runtime/command_bytes.h"

#include <variant>

namespace mote::coordinator {
namespace {

template <class C>
size_t Attached(const C&) {
  return 0;
}

size_t Attached(const WorkerReport& report) {
  size_t bytes = report.task_columns.size() + report.nodes.size() * sizeof(Node);
  for (const Node& node : report.nodes) bytes += node.partial ? node.partial->size() : 0;
  return bytes;
}

size_t Attached(const WorkerLog& log) {
  size_t bytes = log.chunk.lines.size() * sizeof(LogLine);
  for (const LogLine& line : log.chunk.lines) bytes += line.text.size();
  return bytes;
}

size_t Attached(const JobSpec& spec) {
  size_t bytes = 0;
  for (const StageSpec& stage : spec.stages) bytes += sizeof(StageSpec) + stage.parameters.size();
  return bytes;
}

size_t Attached(const SubmitJob& submit) { return Attached(submit.spec); }

}  // namespace

int64_t BytesOf(const Command& command) {
  const size_t attached = std::visit([](const auto& alternative) { return Attached(alternative); }, command);
  return static_cast<int64_t>(sizeof(Command) + attached);
}

}  // namespace mote::coordinator
