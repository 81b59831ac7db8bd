"""Does the devstack plugin do in each phase what it says? devstack's own functions are stand-ins that write down what they are asked.

dcportald and dcportalctl are the real ones: they check the configuration that the plugin writes and print what it runs for the bridge.
"""
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "openstack" / "networking_dcportals" / "devstack"
BUILD = Path(os.environ.get("DCPORTALS_BUILD", ROOT / "build" / "dev"))

STAND_INS = """
set -o errexit
done_() { printf '%s\\n' "$*" >>"$LOG"; }
is_service_enabled() { for name in "$@"; do case ",$ENABLED_SERVICES," in *",$name,"*) return 0 ;; esac; done; return 1; }
enable_service() { ENABLED_SERVICES+=,$1; }
disable_service() { for name in "$@"; do ENABLED_SERVICES=$(sed "s/\\b$name\\b//" <<<"$ENABLED_SERVICES"); done; }
echo_summary() { :; }
for name in install_package setup_develop iniset run_process stop_process cmake ip neutron-db-manage; do
    eval "$name() { done_ $name \\"\\$@\\"; }"
done
sudo() {
    case $1 in
        install) mkdir -p "${@: -1}" "${@: -2:1}" ;;
        sh) sed 's/^/sh: /' >>"$LOG" ;;
        *) done_ sudo "$@" ;;
    esac
}
"""
VARIABLES = {
    "SERVICE_HOST": "192.0.2.10", "STACK_USER": "stack", "PUBLIC_BRIDGE": "br-ex", "Q_PLUGIN_CONF_FILE": "etc/neutron/ml2_conf.ini",
    "NEUTRON_CONF": "/etc/neutron/neutron.conf", "DCPORTALS_HOST": "hv1", "DCPORTALS_DIR": str(ROOT),
}
ALL_IN_ONE = "q-svc,q-dhcp,q-l3,q-agt,ovn-controller,n-cpu"


@pytest.fixture
def stack(tmp_path: Path):
    """Runs phases as devstack does; returns what was done."""
    (tmp_path / "bin").mkdir()
    for module, program in (("daemon", "dcportald"), ("ctl", "dcportalctl")):
        (tmp_path / "bin" / program).symlink_to(BUILD / "src" / module / program)
    manage = tmp_path / "bin" / "neutron-db-manage"
    manage.write_text(f'#!/bin/sh\necho neutron-db-manage "$@" >>{tmp_path}/log\n')
    manage.chmod(0o755)

    def run(*phases: str, services: str = ALL_IN_ONE, **variables: str) -> list[str]:
        log = tmp_path / "log"
        log.write_text("")
        script = STAND_INS + f'source {PLUGIN}/override-defaults\nsource {PLUGIN}/settings\ndone_ "$ENABLED_SERVICES"\n'
        script += "".join(f"source {PLUGIN}/plugin.sh {phase}\n" for phase in phases)
        environment = {"PATH": os.environ["PATH"], "LOG": str(log), "DATA_DIR": str(tmp_path / "data"), "DEST": str(tmp_path),
                       "DCPORTALS_PREFIX": str(tmp_path), "DCPORTALS_CONF_DIR": str(tmp_path / "etc"),
                       "NEUTRON_BIN_DIR": str(tmp_path / "bin"), "ENABLED_SERVICES": services, **VARIABLES, **variables}
        done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return log.read_text().splitlines()
    return run


def test_shellcheck():
    subprocess.run(["shellcheck", "-s", "bash", *sorted(PLUGIN.glob("[!R]*"))], check=True, timeout=60)


def test_devstack_finds_it():
    """enable_plugin looks for a folder of this name at the top."""
    assert (ROOT / "devstack").resolve() == PLUGIN


def test_services(stack):
    services = set(stack()[0].split(","))
    assert {"dcportald", "dcportals-host"} <= services and not {"ovn-controller", "q-agt"} & services
    assert "dcportald" not in stack(services="n-cpu")[0]


def test_what_is_built_with_is_what_packages_txt_names(stack):
    (line,) = [line for line in stack("stack pre-install") if line.startswith("install_package")]
    assert {"g++", "libboost1.81-dev", "libssl-dev", "libgtest-dev"} <= set(line.split()) and "rabbitmq-server" not in line


def test_install(stack):
    lines = stack("stack install")
    assert f"setup_develop {ROOT}/openstack/networking_dcportals" in lines
    assert [line for line in lines if line.startswith("cmake --build") and line.endswith("--target dcportald dcportalctl")]
    assert not any(line.startswith("setup_develop") for line in stack("stack install", services="n-cpu"))


def test_configuration(stack, tmp_path):
    lines = stack("stack post-config")
    written = (tmp_path / "etc" / "dcportald.toml").read_text()  # and dcportald --check-config has passed
    assert 'public = "phy-public"' in written and 'uplink = "uplink*"' in written
    token = tmp_path / "etc" / "token"
    assert len(token.read_text().strip()) == 64 and token.stat().st_mode & 0o777 == 0o600
    file = "/etc/neutron/ml2_conf.ini"
    for option, value in (("url", "http://127.0.0.1:8696"), ("token_file", token), ("integration_bridge", "br-int")):
        assert f"iniset {file} ml2_dcportals {option} {value}" in lines
    assert f"iniset {file} ml2 tenant_network_types local" in lines
    upgrade, start = (next(i for i, line in enumerate(lines) if word in line) for word in ("--subproject networking-dcportals", "run_process"))
    assert upgrade < start and lines[start].endswith("etc/dcportald.toml")
    before = token.read_text()
    stack("stack post-config")
    assert token.read_text() == before, "kept when stack.sh runs again"


def test_bridge(stack):
    lines = stack("stack post-config", DCPORTALS_UPLINK="eth1")
    for part in ("dp-desc=hv1", "add-port br-int eth1", "set-controller br-int tcp:192.0.2.10:6653"):
        assert any(line.startswith("sh: ovs-vsctl") and part in line for line in lines), part
    (patch,) = [line for line in lines if line.startswith("sudo ovs-vsctl")]
    assert "add-port br-int phy-public" in patch and "add-port br-ex phy-br-int" in patch
    assert not any("add-br br-ex" in line for line in stack("stack post-config", services="n-cpu", DCPORTALS_UPLINK="eth1"))


def test_machine_without_a_network_of_its_own_for_the_vms(stack):
    lines = stack("stack post-config")
    assert any("add-port br-int uplink0" in line for line in lines)


def test_end(stack, tmp_path):
    stack("stack post-config")
    lines = stack("unstack", "clean")
    assert "stop_process dcportald" in lines
    assert any("del-br br-int" in line for line in lines)
    assert any(line.startswith("sudo rm -rf") and str(tmp_path / "data" / "dcportals") in line for line in lines)
