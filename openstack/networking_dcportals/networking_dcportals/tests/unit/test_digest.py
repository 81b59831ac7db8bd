"""Digests: the canonical text byte for byte, what does not matter, and the goldens that dcportald's tests read too."""
import hashlib
import itertools
import json
import os
import unittest

from networking_dcportals import digest

GOLDEN = os.path.join(os.path.dirname(__file__), *['..'] * 5, 'tests', 'golden', 'digests.json')

PORT = {'id': 'p1', 'network_id': 'n1', 'tenant_id': 't1', 'name': 'é', 'mac_address': 'fa:16:3e:00:00:0a',
        'fixed_ips': [{'subnet_id': 's2', 'ip_address': '10.0.0.9'}, {'subnet_id': 's1', 'ip_address': 'fd00::1'}],
        'allowed_address_pairs': [{'ip_address': '10.0.0.100/32'}], 'port_security_enabled': True, 'admin_state_up': False,
        'device_owner': 'compute:nova', 'device_id': 'vm', 'dhcp_server': False, 'binding_host_id': 'hv1', 'revision_number': 7}


class TestDigest(unittest.TestCase):

    def test_canonical_text_of_a_port(self):
        self.assertEqual(
            ('2:id,2:p1,10:network_id,2:n1,9:tenant_id,2:t1,4:name,2:é,11:mac_address,17:fa:16:3e:00:00:0a,'
             '9:fixed_ips,29:10:s1 fd00::1,11:s2 10.0.0.9,,21:allowed_address_pairs,32:28:10.0.0.100 fa:16:3e:00:00:0a,,'
             '21:port_security_enabled,4:true,14:admin_state_up,5:false,12:device_owner,12:compute:nova,9:device_id,2:vm,'
             '11:dhcp_server,5:false,15:binding_host_id,3:hv1,').encode(), digest.canonical('port', PORT))
        self.assertEqual(hashlib.sha256(digest.canonical('port', PORT)).hexdigest(), digest.of_object('port', PORT))

    def test_canonical_text_of_the_others(self):
        self.assertEqual(b'2:id,1:n,9:tenant_id,1:t,4:name,0:,16:physical_network,0:,',
                         digest.canonical('network', {'id': 'n', 'project_id': 't', 'name': ''}))
        self.assertEqual(b'2:id,1:s,10:network_id,1:n,9:tenant_id,1:t,4:name,0:,4:cidr,10:10.0.0.0/8,10:gateway_ip,0:,',
                         digest.canonical('subnet', {'id': 's', 'network_id': 'n', 'tenant_id': 't', 'cidr': '10.0.0.0/8'}))
        self.assertEqual(b'2:id,1:r,9:tenant_id,1:t,4:name,1:x,8:port_ids,8:1:a,1:b,,',
                         digest.canonical('router', {'id': 'r', 'tenant_id': 't', 'name': 'x', 'port_ids': ['b', 'a']}))
        self.assertEqual(b'2:id,1:p,', digest.canonical('port_status', {'id': 'p'}))

    def test_what_does_not_matter(self):
        same = dict(PORT, revision_number=8, mac_address='FA:16:3E:00:00:0A', fixed_ips=PORT['fixed_ips'][::-1],
                    allowed_address_pairs=[{'ip_address': '10.0.0.100', 'mac_address': 'FA:16:3E:00:00:0a'}])
        self.assertEqual(digest.of_object('port', PORT), digest.of_object('port', same))
        bare = {'id': 'p', 'network_id': 'n', 'tenant_id': 't', 'mac_address': 'fa:16:3e:00:00:0a'}
        full = dict(bare, name='', fixed_ips=[], allowed_address_pairs=[], port_security_enabled=True, admin_state_up=True,
                    device_owner='', device_id='', dhcp_server=False, binding_host_id='')
        self.assertEqual(digest.canonical('port', full), digest.canonical('port', bare))
        self.assertEqual(digest.fields('subnet', {'id': 's', 'cidr': 'FD00:0::/64', 'gateway_ip': 'fd00:0::0:1'})[4:],
                         [('cidr', 'fd00::/64'), ('gateway_ip', 'fd00::1')])

    def test_every_field_matters(self):
        changed = [dict(PORT, **{name: value}) for name, value in dict(
            id='x', network_id='x', tenant_id='x', name='x', mac_address='fa:16:3e:00:00:0b', fixed_ips=[], allowed_address_pairs=[],
            port_security_enabled=False, admin_state_up=True, device_owner='x', device_id='x', dhcp_server=True,
            binding_host_id='x').items()]
        self.assertEqual(len(digest.fields('port', PORT)), len(changed))
        digests = [digest.of_object('port', port) for port in [PORT] + changed]
        self.assertEqual(len(digests), len(set(digests)))

    def test_lengths_keep_fields_apart(self):
        one = {'id': 'r', 'tenant_id': 't', 'name': 'x', 'port_ids': ['a,b']}
        self.assertNotEqual(digest.of_object('router', one), digest.of_object('router', dict(one, port_ids=['a', 'b'])))

    def test_class_digest(self):
        self.assertEqual(digest.EMPTY, digest.of_class([]))
        digests = [digest.of_object('port_status', {'id': name}) for name in 'abc']
        self.assertEqual(1, len({digest.of_class(order) for order in itertools.permutations(digests)}))
        self.assertEqual(digests[0], digest.of_class(digests[:1]))
        self.assertEqual(digest.EMPTY, digest.of_class(digests + digests))

    def test_differing_fields(self):
        self.assertEqual([], digest.differing_fields('port', PORT, dict(PORT, revision_number=1)))
        self.assertEqual(['name', 'fixed_ips'], digest.differing_fields('port', PORT, dict(PORT, name='y', fixed_ips=[])))

    @unittest.skipUnless(os.path.exists(GOLDEN), 'no goldens beside this package')
    def test_goldens(self):
        with open(GOLDEN, encoding='utf-8') as file:
            golden = json.load(file)
        kinds = {}
        for item in golden['objects']:
            with self.subTest(item['name']):
                self.assertEqual(item['canonical'], digest.canonical(item['kind'], item['params']).decode('utf-8'))
                self.assertEqual(item['digest'], digest.of_object(item['kind'], item['params']))
                kinds.setdefault(item['kind'], []).append(item['digest'])
        self.assertEqual(set(digest.KINDS) | {'port_status'}, set(kinds))
        for item in golden['classes']:
            self.assertEqual((item['count'], item['digest']), (len(kinds[item['kind']]), digest.of_class(kinds[item['kind']])))
