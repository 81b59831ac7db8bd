#!/bin/bash
# Builds and runs dcportald, installs Neutron's driver for it, and makes this machine's Open vSwitch ready. devstack sources it with a mode and
# a phase (https://docs.openstack.org/devstack/latest/plugins.html); the variables are in `settings`.

_XTRACE_DCPORTALS=$(set +o | grep xtrace)
set +o xtrace

DCPORTALS_CONF=$DCPORTALS_CONF_DIR/dcportald.toml
DCPORTALS_TOKEN_FILE=$DCPORTALS_CONF_DIR/token
# The other end of DCPORTALS_PUBLIC_PORT, at PUBLIC_BRIDGE.
DCPORTALS_PUBLIC_PEER=phy-br-int
DCPORTALS_MADE_UPLINK=uplink0

function install_dcportals_packages {
    # shellcheck disable=SC2086  # a list
    install_package $DCPORTALS_PACKAGES
}

function build_dcportals {
    cmake -S "$DCPORTALS_DIR" -B "$DCPORTALS_BUILD_DIR" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$DCPORTALS_PREFIX"
    cmake --build "$DCPORTALS_BUILD_DIR" --target dcportald dcportalctl
    sudo cmake --install "$DCPORTALS_BUILD_DIR"
}

function install_dcportals_driver {
    setup_develop "$DCPORTALS_DIR/openstack/networking_dcportals"
}

# Only devstack's user may read the token. Neutron runs as that user.
function create_dcportals_token {
    [[ -s $DCPORTALS_TOKEN_FILE ]] && return
    (umask 077 && openssl rand -hex 32 >"$DCPORTALS_TOKEN_FILE")
}

function configure_dcportald {
    sudo install -d -o "$STACK_USER" "$DCPORTALS_CONF_DIR" "$DCPORTALS_DATA_DIR"
    create_dcportals_token
    cat >"$DCPORTALS_CONF" <<END
[openflow]
listen = "0.0.0.0:$DCPORTALS_OPENFLOW_PORT"

[api]
listen = "127.0.0.1:$DCPORTALS_API_PORT"
token_file = "$DCPORTALS_TOKEN_FILE"

[store]
path = "$DCPORTALS_DATA_DIR/dcportals.db"

[fabric]
uplink = "$DCPORTALS_UPLINK_PATTERN"

[fabric.physical_networks]
$PUBLIC_PHYSICAL_NETWORK = "$DCPORTALS_PUBLIC_PORT"
END
    "$DCPORTALS_PREFIX/bin/dcportald" --check-config "$DCPORTALS_CONF"
}

function configure_dcportals_driver {
    local file=/$Q_PLUGIN_CONF_FILE
    iniset "$file" ml2_dcportals url "http://127.0.0.1:$DCPORTALS_API_PORT"
    iniset "$file" ml2_dcportals token_file "$DCPORTALS_TOKEN_FILE"
    iniset "$file" ml2_dcportals integration_bridge "$DCPORTALS_BRIDGE"
    # devstack writes every type but `local`.
    iniset "$file" ml2 tenant_network_types "$Q_ML2_TENANT_NETWORK_TYPE"
    "$NEUTRON_BIN_DIR/neutron-db-manage" --config-file "$NEUTRON_CONF" --config-file "$file" \
        --subproject networking-dcportals upgrade heads
}

# The agents' interface driver plugs into this bridge.
function configure_dcportals_agents {
    local file
    for file in "$Q_DHCP_CONF_FILE" "$Q_L3_CONF_FILE"; do
        if [[ -f $file ]]; then
            iniset "$file" ovs integration_bridge "$DCPORTALS_BRIDGE"
        fi
    done
}

function start_dcportald {
    run_process dcportald "$DCPORTALS_PREFIX/bin/dcportald --config $DCPORTALS_CONF"
}

function join_dcportals_host {
    local uplink=$DCPORTALS_UPLINK
    if [[ -z $uplink ]]; then
        uplink=$DCPORTALS_MADE_UPLINK
        ip link show "$uplink" >/dev/null 2>&1 || sudo ip link add "$uplink" type dummy
    fi
    "$DCPORTALS_PREFIX/bin/dcportalctl" host setup --name "$DCPORTALS_HOST" --bridge "$DCPORTALS_BRIDGE" --uplink "$uplink" \
        --controller "tcp:$DCPORTALS_CONTROLLER_IP:$DCPORTALS_OPENFLOW_PORT" | sudo sh -s
    if is_service_enabled q-l3; then
        attach_dcportals_public
    fi
}

# What bridge_mappings is to the Open vSwitch agent. The bridge has only the flows that dcportald knows of: no other reaches it.
function attach_dcportals_public {
    sudo ovs-vsctl --may-exist add-br "$PUBLIC_BRIDGE" \
        -- --may-exist add-port "$PUBLIC_BRIDGE" "$DCPORTALS_PUBLIC_PEER" \
        -- set interface "$DCPORTALS_PUBLIC_PEER" type=patch options:peer="$DCPORTALS_PUBLIC_PORT" \
        -- --may-exist add-port "$DCPORTALS_BRIDGE" "$DCPORTALS_PUBLIC_PORT" \
        -- set interface "$DCPORTALS_PUBLIC_PORT" type=patch options:peer="$DCPORTALS_PUBLIC_PEER"
}

function dcportalctl_of_devstack {
    "$DCPORTALS_PREFIX/bin/dcportalctl" --api "http://127.0.0.1:$DCPORTALS_API_PORT" --token-file "$DCPORTALS_TOKEN_FILE" "$@"
}

function leave_dcportals_host {
    sudo ovs-vsctl --if-exists del-port "$DCPORTALS_PUBLIC_PEER" -- --if-exists del-br "$DCPORTALS_BRIDGE"
    if [[ -z $DCPORTALS_UPLINK ]]; then
        sudo ip link delete "$DCPORTALS_MADE_UPLINK" 2>/dev/null || true
    fi
}

case "$1 $2" in
    "stack pre-install")
        install_dcportals_packages
        ;;
    "stack install")
        echo_summary "Building dcportals"
        build_dcportals
        if is_service_enabled dcportald; then
            install_dcportals_driver
        fi
        ;;
    "stack post-config")
        # Before Neutron's server starts: ports are bound only at hosts that dcportald has seen.
        echo_summary "Configuring dcportals"
        if is_service_enabled dcportald; then
            configure_dcportald
            configure_dcportals_driver
            start_dcportald
        fi
        configure_dcportals_agents
        if is_service_enabled dcportals-host; then
            join_dcportals_host
        fi
        ;;
    "stack extra")
        if is_service_enabled dcportald; then
            dcportalctl_of_devstack status
        fi
        ;;
    "unstack "*)
        stop_process dcportald
        leave_dcportals_host
        ;;
    "clean "*)
        sudo rm -rf "$DCPORTALS_CONF_DIR" "$DCPORTALS_DATA_DIR" "$DCPORTALS_PREFIX/bin/dcportald" "$DCPORTALS_PREFIX/bin/dcportalctl"
        rm -rf "$DCPORTALS_BUILD_DIR"
        ;;
esac

$_XTRACE_DCPORTALS
