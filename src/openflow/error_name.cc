// The names of OpenFlow's errors as ovs-ofctl writes them (OpenFlow 1.3 section 7.5.4, and those of ONF's and Nicira's that OVS
// sends).
//
// Where the specification says EXPERIMENTER or SLAVE, OVS has VENDOR and SECONDARY; operators see OVS's words, so we use them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "openflow/format.h"

namespace dcportals::openflow {
namespace {

constexpr std::uint16_t kExperimenterError = 0xffff;

struct Name {
  std::uint16_t type;
  std::uint16_t code;
  std::string_view name;
};

constexpr std::array kStandard{
    Name{0, 0, "OFPHFC_INCOMPATIBLE"},
    Name{0, 1, "OFPHFC_EPERM"},
    Name{1, 0, "OFPBRC_BAD_VERSION"},
    Name{1, 1, "OFPBRC_BAD_TYPE"},
    Name{1, 2, "OFPBRC_BAD_STAT"},
    Name{1, 3, "OFPBRC_BAD_VENDOR"},
    Name{1, 4, "OFPBRC_BAD_SUBTYPE"},
    Name{1, 5, "OFPBRC_EPERM"},
    Name{1, 6, "OFPBRC_BAD_LEN"},
    Name{1, 7, "OFPBRC_BUFFER_EMPTY"},
    Name{1, 8, "OFPBRC_BUFFER_UNKNOWN"},
    Name{1, 9, "OFPBRC_BAD_TABLE_ID"},
    Name{1, 10, "OFPBRC_IS_SECONDARY"},
    Name{1, 11, "OFPBRC_BAD_PORT"},
    Name{1, 12, "OFPBRC_BAD_PACKET"},
    Name{1, 13, "OFPBRC_MULTIPART_BUFFER_OVERFLOW"},
    Name{2, 0, "OFPBAC_BAD_TYPE"},
    Name{2, 1, "OFPBAC_BAD_LEN"},
    Name{2, 2, "OFPBAC_BAD_VENDOR"},
    Name{2, 3, "OFPBAC_BAD_VENDOR_TYPE"},
    Name{2, 4, "OFPBAC_BAD_OUT_PORT"},
    Name{2, 5, "OFPBAC_BAD_ARGUMENT"},
    Name{2, 6, "OFPBAC_EPERM"},
    Name{2, 7, "OFPBAC_TOO_MANY"},
    Name{2, 8, "OFPBAC_BAD_QUEUE"},
    Name{2, 9, "OFPBAC_BAD_OUT_GROUP"},
    Name{2, 10, "OFPBAC_MATCH_INCONSISTENT"},
    Name{2, 11, "OFPBAC_UNSUPPORTED_ORDER"},
    Name{2, 12, "OFPBAC_BAD_TAG"},
    Name{2, 13, "OFPBAC_BAD_SET_TYPE"},
    Name{2, 14, "OFPBAC_BAD_SET_LEN"},
    Name{2, 15, "OFPBAC_BAD_SET_ARGUMENT"},
    Name{3, 0, "OFPBIC_UNKNOWN_INST"},
    Name{3, 1, "OFPBIC_UNSUP_INST"},
    Name{3, 2, "OFPBIC_BAD_TABLE_ID"},
    Name{3, 3, "OFPBIC_UNSUP_METADATA"},
    Name{3, 4, "OFPBIC_UNSUP_METADATA_MASK"},
    Name{3, 5, "OFPBIC_BAD_EXPERIMENTER"},
    Name{3, 6, "OFPBIC_BAD_EXP_TYPE"},
    Name{3, 7, "OFPBIC_BAD_LEN"},
    Name{3, 8, "OFPBIC_EPERM"},
    Name{4, 0, "OFPBMC_BAD_TYPE"},
    Name{4, 1, "OFPBMC_BAD_LEN"},
    Name{4, 2, "OFPBMC_BAD_TAG"},
    Name{4, 3, "OFPBMC_BAD_DL_ADDR_MASK"},
    Name{4, 4, "OFPBMC_BAD_NW_ADDR_MASK"},
    Name{4, 5, "OFPBMC_BAD_WILDCARDS"},
    Name{4, 6, "OFPBMC_BAD_FIELD"},
    Name{4, 7, "OFPBMC_BAD_VALUE"},
    Name{4, 8, "OFPBMC_BAD_MASK"},
    Name{4, 9, "OFPBMC_BAD_PREREQ"},
    Name{4, 10, "OFPBMC_DUP_FIELD"},
    Name{4, 11, "OFPBMC_EPERM"},
    Name{5, 0, "OFPFMFC_UNKNOWN"},
    Name{5, 1, "OFPFMFC_TABLE_FULL"},
    Name{5, 2, "OFPFMFC_BAD_TABLE_ID"},
    Name{5, 3, "OFPFMFC_OVERLAP"},
    Name{5, 4, "OFPFMFC_EPERM"},
    Name{5, 5, "OFPFMFC_BAD_TIMEOUT"},
    Name{5, 6, "OFPFMFC_BAD_COMMAND"},
    Name{5, 7, "OFPFMFC_BAD_FLAGS"},
    Name{6, 0, "OFPGMFC_GROUP_EXISTS"},
    Name{6, 1, "OFPGMFC_INVALID_GROUP"},
    Name{6, 2, "OFPGMFC_WEIGHT_UNSUPPORTED"},
    Name{6, 3, "OFPGMFC_OUT_OF_GROUPS"},
    Name{6, 4, "OFPGMFC_OUT_OF_BUCKETS"},
    Name{6, 5, "OFPGMFC_CHAINING_UNSUPPORTED"},
    Name{6, 6, "OFPGMFC_WATCH_UNSUPPORTED"},
    Name{6, 7, "OFPGMFC_LOOP"},
    Name{6, 8, "OFPGMFC_UNKNOWN_GROUP"},
    Name{6, 9, "OFPGMFC_CHAINED_GROUP"},
    Name{6, 10, "OFPGMFC_BAD_TYPE"},
    Name{6, 11, "OFPGMFC_BAD_COMMAND"},
    Name{6, 12, "OFPGMFC_BAD_BUCKET"},
    Name{6, 13, "OFPGMFC_BAD_WATCH"},
    Name{6, 14, "OFPGMFC_EPERM"},
    Name{7, 0, "OFPPMFC_BAD_PORT"},
    Name{7, 1, "OFPPMFC_BAD_HW_ADDR"},
    Name{7, 2, "OFPPMFC_BAD_CONFIG"},
    Name{7, 3, "OFPPMFC_BAD_ADVERTISE"},
    Name{7, 4, "OFPPMFC_EPERM"},
    Name{8, 0, "OFPTMFC_BAD_TABLE"},
    Name{8, 1, "OFPTMFC_BAD_CONFIG"},
    Name{8, 2, "OFPTMFC_EPERM"},
    Name{9, 0, "OFPQOFC_BAD_PORT"},
    Name{9, 1, "OFPQOFC_BAD_QUEUE"},
    Name{9, 2, "OFPQOFC_EPERM"},
    Name{10, 0, "OFPSCFC_BAD_FLAGS"},
    Name{10, 1, "OFPSCFC_BAD_LEN"},
    Name{10, 2, "OFPSCFC_EPERM"},
    Name{11, 0, "OFPRRFC_STALE"},
    Name{11, 1, "OFPRRFC_UNSUP"},
    Name{11, 2, "OFPRRFC_BAD_ROLE"},
    Name{12, 0, "OFPMMFC_UNKNOWN"},
    Name{12, 1, "OFPMMFC_METER_EXISTS"},
    Name{12, 2, "OFPMMFC_INVALID_METER"},
    Name{12, 3, "OFPMMFC_UNKNOWN_METER"},
    Name{12, 4, "OFPMMFC_BAD_COMMAND"},
    Name{12, 5, "OFPMMFC_BAD_FLAGS"},
    Name{12, 6, "OFPMMFC_BAD_RATE"},
    Name{12, 7, "OFPMMFC_BAD_BURST"},
    Name{12, 8, "OFPMMFC_BAD_BAND"},
    Name{12, 9, "OFPMMFC_BAD_BAND_VALUE"},
    Name{12, 10, "OFPMMFC_OUT_OF_METERS"},
    Name{12, 11, "OFPMMFC_OUT_OF_BANDS"},
    Name{13, 0, "OFPTFFC_BAD_TABLE"},
    Name{13, 1, "OFPTFFC_BAD_METADATA"},
    Name{13, 2, "OFPBPC_BAD_TYPE"},
    Name{13, 3, "OFPBPC_BAD_LEN"},
    Name{13, 4, "OFPBPC_BAD_VALUE"},
    Name{13, 5, "OFPTFFC_EPERM"},
};

// Codes are exp_type.
constexpr std::array kOnf{
    Name{kExperimenterError, 2300, "OFPBFC_UNKNOWN"},
    Name{kExperimenterError, 2301, "OFPBFC_EPERM"},
    Name{kExperimenterError, 2302, "OFPBFC_BAD_ID"},
    Name{kExperimenterError, 2303, "OFPBFC_BUNDLE_EXIST"},
    Name{kExperimenterError, 2304, "OFPBFC_BUNDLE_CLOSED"},
    Name{kExperimenterError, 2305, "OFPBFC_OUT_OF_BUNDLES"},
    Name{kExperimenterError, 2306, "OFPBFC_BAD_TYPE"},
    Name{kExperimenterError, 2307, "OFPBFC_BAD_FLAGS"},
    Name{kExperimenterError, 2308, "OFPBFC_MSG_BAD_LEN"},
    Name{kExperimenterError, 2309, "OFPBFC_MSG_BAD_XID"},
    Name{kExperimenterError, 2310, "OFPBFC_MSG_UNSUP"},
    Name{kExperimenterError, 2311, "OFPBFC_MSG_CONFLICT"},
    Name{kExperimenterError, 2312, "OFPBFC_MSG_TOO_MANY"},
    Name{kExperimenterError, 2313, "OFPBFC_MSG_FAILED"},
    Name{kExperimenterError, 2314, "OFPBFC_TIMEOUT"},
    Name{kExperimenterError, 2315, "OFPBFC_BUNDLE_IN_PROGRESS"},
    Name{kExperimenterError, 2600, "OFPBIC_DUP_INST"},
    Name{kExperimenterError, 2640, "OFPBRC_MULTIPART_REQUEST_TIMEOUT"},
    Name{kExperimenterError, 2641, "OFPBRC_MULTIPART_REPLY_TIMEOUT"},
};
constexpr std::array kNicira{
    Name{kExperimenterError, 2, "NXBRC_NXM_INVALID"},
    Name{kExperimenterError, 3, "NXBRC_NXM_BAD_TYPE"},
    Name{kExperimenterError, 4, "NXBRC_MUST_BE_ZERO"},
    Name{kExperimenterError, 5, "NXBRC_BAD_REASON"},
    Name{kExperimenterError, 6, "OFPMOFC_MONITOR_EXISTS"},
    Name{kExperimenterError, 7, "OFPMOFC_BAD_FLAGS"},
    Name{kExperimenterError, 8, "OFPMOFC_UNKNOWN_MONITOR"},
    Name{kExperimenterError, 9, "NXBRC_FM_BAD_EVENT"},
    Name{kExperimenterError, 10, "NXBRC_UNENCODABLE_ERROR"},
    Name{kExperimenterError, 11, "NXBAC_MUST_BE_ZERO"},
    Name{kExperimenterError, 12, "NXFMFC_HARDWARE"},
    Name{kExperimenterError, 13, "NXFMFC_BAD_TABLE_ID"},
    Name{kExperimenterError, 15, "NXBAC_BAD_CONJUNCTION"},
    Name{kExperimenterError, 16, "NXTTMFC_BAD_COMMAND"},
    Name{kExperimenterError, 17, "NXTTMFC_BAD_OPT_LEN"},
    Name{kExperimenterError, 18, "NXTTMFC_BAD_FIELD_IDX"},
    Name{kExperimenterError, 19, "NXTTMFC_TABLE_FULL"},
    Name{kExperimenterError, 20, "NXTTMFC_ALREADY_MAPPED"},
    Name{kExperimenterError, 21, "NXTTMFC_DUP_ENTRY"},
    Name{kExperimenterError, 34, "NXR_NOT_SUPPORTED"},
    Name{kExperimenterError, 35, "NXR_STALE"},
    Name{kExperimenterError, 36, "NXST_NOT_CONFIGURED"},
    Name{kExperimenterError, 37, "NXFMFC_INVALID_TLV_FIELD"},
    Name{kExperimenterError, 38, "NXTTMFC_INVALID_TLV_DEL"},
    Name{kExperimenterError, 39, "NXBAC_BAD_HEADER_TYPE"},
    Name{kExperimenterError, 40, "NXBAC_UNKNOWN_ED_PROP"},
    Name{kExperimenterError, 41, "NXBAC_BAD_ED_PROP"},
    Name{kExperimenterError, 42, "NXBAC_CT_DATAPATH_SUPPORT"},
    Name{kExperimenterError, 43, "NXBMC_CT_DATAPATH_SUPPORT"},
    Name{kExperimenterError, 44, "NXTFFC_DUP_TABLE"},
};

std::string_view find(std::span<const Name> names, std::uint16_t type, std::uint16_t code) {
  const auto row = std::ranges::find_if(names, [&](const Name& n) { return n.type == type && n.code == code; });
  return row == names.end() ? std::string_view{} : row->name;
}

}  // namespace

std::string error_name(std::uint16_t type, std::uint16_t code) {
  for (const std::span<const Name> names :
       {std::span<const Name>(kStandard), std::span<const Name>(kOnf), std::span<const Name>(kNicira)}) {
    if (const std::string_view name = find(names, type, code); !name.empty()) return std::string(name);
  }
  return fmt::format("type {} code {}", type, code);
}

std::string error_name(const ErrorMessage& error) {
  if (error.type != kExperimenterError) return error_name(error.type, error.code);
  const std::uint32_t experimenter = error.experimenter.value_or(0);
  std::string_view name;
  if (experimenter == kExperimenterOnf) name = find(kOnf, error.type, error.code);
  if (experimenter == kExperimenterNicira) name = find(kNicira, error.type, error.code);
  if (!name.empty()) return std::string(name);
  return fmt::format("experimenter 0x{:08x} code {}", experimenter, error.code);
}

}  // namespace dcportals::openflow
