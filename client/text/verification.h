// What `verify` found, for people.
#pragma once

#include <string>

#include "mote/v1/job.pb.h"

namespace mote::client {

// A line for every stage that was verified and for every worker that was found wrong;
// empty where there is neither. Says where runs could not be independent.
std::string VerificationText(const v1::Job& job);

}  // namespace mote::client
