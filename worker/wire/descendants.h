// Processes that programs started and left behind.
//
// A program that a job brought may start others, and these may leave its process group
// (setsid) so that no signal to it reaches them. When their parent ends, the kernel
// hands them to the nearest ancestor that asked for them: the engine while it lives,
// the supervisor after that. Whoever has them ends them.
#pragma once

#include <sys/types.h>

#include <set>
#include <string>

namespace mote::wire {

// From now on this process gets the orphans among its descendants.
void AdoptOrphans();

// Kills and reaps all children of this process but `kept`, and what they leave behind
// in turn. Answers how many. Does nothing unless AdoptOrphans was called: a process
// that did not ask for orphans has children of its own choosing alone.
int KillStrays(const std::set<pid_t>& kept);

// Kills processes other than this one whose environment says `name` = `prefix`…: what a
// supervisor that was killed itself has left behind, which no parent answers for any
// more. Answers how many. Processes of other users are not looked at.
int KillMarked(const std::string& name, const std::string& prefix);

}  // namespace mote::wire
