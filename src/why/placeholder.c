/* placeholder - see placeholder.h. */
#include "src/why/placeholder.h"

#include <string.h>

#include "src/base/when.h"
#include "src/why/dn.h"

#define ROW(k, p, ...) { .product = p, .kind = PLACEHOLDER_##k, __VA_ARGS__ }

/* What is said of many. */
#define OWN_CERT "Give it a certificate for {name} in its web interface, or ask for it by a name its certificate " \
                 "lists and trust that."

const struct placeholder placeholder_table[] = {
/* --- shown where there is none for the name ---------------------------------------------------- */
ROW(BY_NAME, "ingress-nginx", .cn = "Kubernetes Ingress Controller Fake Certificate",
    .fix = "List {name} under spec.tls of an Ingress and check that its Secret is of type kubernetes.io/tls, in the "
           "same namespace, and fits the name (`kubectl get ingress,secret -A`; `kubectl describe certificate` with "
           "cert-manager); for all other names set --default-ssl-certificate.",
    .source = "github.com/kubernetes/ingress-nginx issues 1286, 4979; MicrosoftDocs/azure-docs issue 64792"),
ROW(BY_NAME, "Traefik", .cn = "TRAEFIK DEFAULT CERT",
    .fix = "Give {name} a router with tls and a certificate: a certResolver whose ACME order succeeds (Traefik's log "
           "says why it does not), or tls.certificates; for all other names tls.stores.default.defaultCertificate.",
    .source = "github.com/traefik/traefik issues 2829, 5849, 8634"),
ROW(BY_NAME, "Traefik", .name = "*.traefik.default",
    .fix = "Give {name} a router with tls and a certificate: a certResolver whose ACME order succeeds (Traefik's log "
           "says why it does not), or tls.certificates; for all other names tls.stores.default.defaultCertificate.",
    .source = "github.com/moov-io/infra issue 77"),
ROW(BY_NAME, "Nginx Proxy Manager", .o = "Nginx Proxy Manager", .ou = "Dummy Certificate",
    .fix = "Add a proxy host for {name} and choose or order its certificate on the SSL tab; an expired or deleted "
           "one must be chosen anew there.",
    .source = "the installation scripts of Nginx Proxy Manager (dummycert.pem)"),
ROW(BY_NAME, "Plesk", .cn = "Plesk", .o = "Plesk|Odin|Parallels",
    .fix = "Choose a certificate for the domain {name} in Plesk (Hosting Settings, or SSL/TLS Certificates: Let's "
           "Encrypt), and another default certificate for the address under Tools & Settings, IP Addresses.",
    .source = "scans: O=Plesk, CN=Plesk, info@plesk.com"),
ROW(BY_NAME, "Plesk", .cn = "Parallels Panel",
    .fix = "Choose a certificate for the domain {name} in the panel's hosting settings, and another default "
           "certificate for the address.",
    .source = "testssl.sh reports: CN in response to request w/o SNI: Parallels Panel"),
ROW(BY_NAME, "Google's front ends", .name = "invalid2.invalid",
    .fix = "Send the server name {name} in the handshake (SNI): a client that sends none is too old, connects by "
           "address, or leaves it out for a name without a dot.",
    .source = "OU=No SNI provided; please fix your client., CN=invalid2.invalid"),
ROW(BY_NAME, "Google's front ends", .cn = "invalid2.invalid",
    .fix = "Send the server name {name} in the handshake (SNI): a client that sends none is too old, connects by "
           "address, or leaves it out for a name without a dot.",
    .source = "OU=No SNI provided; please fix your client., CN=invalid2.invalid"),
ROW(BY_NAME, "the letsencrypt companion of nginx-proxy", .cn = "letsencrypt-nginx-proxy-companion|acme-companion",
    .fix = "Set LETSENCRYPT_HOST={name} on the container behind it, and read the companion's log: the certificate "
           "was not issued.",
    .source = "tests of acme-companion: default.crt with CN=letsencrypt-nginx-proxy-companion"),
ROW(BY_NAME, "Apache's mod_ssl as Red Hat packages it", .cn = "localhost.localdomain", .o = "SomeOrganization",
    .fix = "Set SSLCertificateFile and SSLCertificateKeyFile in a VirtualHost on port 443 with ServerName {name}; "
           "the one in conf.d/ssl.conf answers for names that no other block lists.",
    .source = "httpd.spec and make-dummy-cert of Fedora: SomeOrganizationalUnit, localhost.localdomain"),
ROW(DELIVERED, "a package of Red Hat's", .o = "SomeOrganization", .ou = "SomeOrganizationalUnit",
    .fix = "Set a certificate for {name} where the service names its own (Apache: SSLCertificateFile in a "
           "VirtualHost with ServerName {name}); the one of the package answers until then.",
    .source = "httpd.spec, exim.spec of Fedora"),

/* --- hosting platforms: valid, for their own names --------------------------------------------- */
ROW(PLATFORM, "Azure App Service", .name = "*.azurewebsites.net",
    .fix = "Add {name} as custom domain of the app and bind a certificate to it (TLS/SSL settings, App Service "
           "managed certificate); if the app has moved, correct the DNS record.",
    .source = "github.com/aspnetrun/run-aspnetcore issue 5; sjkp/letsencrypt-siteextension issue 202"),
ROW(PLATFORM, "GitHub Pages", .name = "*.github.io",
    .fix = "Set {name} as custom domain in the repository's Pages settings, let its DNS record point to GitHub, and "
           "wait until the certificate is issued; taking the domain out and adding it again starts that anew.",
    .source = "github.com/sobolevn/git-secret issue 279; pandas-dev/pandas issue 26841"),
ROW(PLATFORM, "Heroku", .name = "*.herokuapp.com",
    .fix = "Add {name} to the app (`heroku domains:add`), let its DNS record point to the DNS target shown there, "
           "and turn on `heroku certs:auto:enable`.",
    .source = "clients that note: certificate only valid for *.herokuapp.com"),
ROW(PLATFORM, "Netlify", .name = "*.netlify.app|*.netlify.com",
    .fix = "Add {name} under the site's domain management and let its certificate be provisioned there.",
    .source = "x509: certificate is valid for *.netlify.com, netlify.com, not v1-9.docs.kubernetes.io"),
ROW(PLATFORM, "Fastly", .name = "default.ssl.fastly.net|*-default.ssl.fastly.net",
    .fix = "Add {name} to a service and a TLS configuration at Fastly, and let its DNS record point to the host name "
           "shown there.",
    .source = "reports: certificate of t.sni-820-default.ssl.fastly.net for other hosts"),

/* --- made with the product, for itself ---------------------------------------------------------- */
ROW(GATEWAY, "a FortiGate", .o = "Fortinet|Fortinet Ltd.", .cn = "FortiGate|FG*", .fix = OWN_CERT,
    .source = "scans: O=Fortinet, OU=FortiGate, CN=FGT...; O=Fortinet Ltd., CN=FortiGate"),
ROW(GATEWAY, "a SonicWall", .o = "HTTPS Management Certificate for SonicWALL*", .fix = OWN_CERT,
    .source = "scans; the list of Chromium's ssl_error_assistant"),
ROW(GATEWAY, "a Cisco ASA", .cn = "ASA Temporary Self Signed Certificate", .fix = OWN_CERT,
    .source = "IBM: CN=ASA Temporary Self Signed Certificate was sent from target host"),
ROW(GATEWAY, "a Blue Coat appliance", .o = "Blue Coat SG*", .issuer_o = "Blue Coat SG*", .fix = OWN_CERT,
    .source = "scans: Blue Coat SG... Series"),
ROW(GATEWAY, "pfSense", .o = "pfSense webConfigurator Self-Signed*|pfSense GUI default Self-Signed*", .fix = OWN_CERT,
    .source = "scans: CN=pfSense-5f099cf870c18"),
ROW(GATEWAY, "OPNsense", .o = "OPNsense self-signed web certificate", .fix = OWN_CERT,
    .source = "scans: CN=OPNsense.localdomain"),
ROW(DELIVERED, "a router with Cisco IOS", .cn = "IOS-Self-Signed-Certificate-*", .fix = OWN_CERT,
    .source = "crypto pki trustpoint TP-self-signed-..."),
ROW(DELIVERED, "a Citrix NetScaler", .cn = "default*", .o = "Citrix ANG", .fix = OWN_CERT,
    .source = "scans: O=Citrix ANG, OU=NS Internal"),
ROW(DELIVERED, "a UniFi console", .cn = "UniFi|unifi.local|UbiquitiRouterUI", .fix = OWN_CERT,
    .source = "scripts that replace UniFi's keystore; CN=unifi.local"),
ROW(DELIVERED, "a Synology NAS", .cn = "synology|synology.com", .issuer_o = "Synology Inc.",
    .fix = "Order or import a certificate for {name} on the NAS (Control Panel, Security, Certificate) and assign it "
           "to the service.",
    .source = "DSM's certificate list: issuer CN=Synology Inc. CA"),
ROW(DELIVERED, "a QNAP NAS", .o = "QNAP Systems*", .fix = OWN_CERT,
    .source = "scans: CN=TS Series NAS, O=QNAP Systems Inc."),
ROW(DELIVERED, "VMware ESXi", .ou = "VMware ESX Server Default Certificate|VMware ESX Server Certificate",
    .fix = "Let the host have a certificate of the vCenter's CA or your own for {name} (/etc/vmware/ssl/rui.crt and "
           "rui.key), and ask for it by that name.",
    .source = "O=VMware, Inc, OU=VMware ESX Server Default Certificate, CN=localhost.localdomain"),
ROW(DELIVERED, "HP iLO", .issuer_cn = "*Default Issuer (Do not trust)", .fix = OWN_CERT,
    .source = "HPE's Redfish data: CN=Default Issuer (Do not trust)"),
ROW(DELIVERED, "Dell iDRAC", .cn = "idrac*|*RAC* default certificate", .o = "Dell*", .fix = OWN_CERT,
    .source = "scans: CN=idrac-..., O=Dell Inc."),
ROW(DELIVERED, "a Supermicro IPMI controller", .cn = "IPMI", .o = "Super Micro Computer*", .fix = OWN_CERT,
    .source = "scans: CN=IPMI, O=Super Micro Computer"),
ROW(DELIVERED, "Microsoft's Web Management Service", .cn = "WMSvc-*",
    .fix = "Choose a certificate for {name} in the binding of the site (IIS Manager, Bindings, https), or in the "
           "Management Service where that is what answers.",
    .source = "scans of IIS: CN=WMSvc-SHA2-HOST"),
ROW(DELIVERED, "Splunk", .cn = "SplunkServerDefaultCert",
    .fix = "Set serverCert in server.conf (or in web.conf, inputs.conf) to a certificate for {name}.",
    .source = "scans: CN=SplunkServerDefaultCert, O=SplunkUser"),
ROW(DELIVERED, "Webmin", .o = "Webmin Webserver on*", .fix = OWN_CERT,
    .source = "Webmin's setup: Webmin Webserver on HOST"),
ROW(DELIVERED, "stunnel's example", .o = "Stunnel Developers", .ou = "Provisional CA",
    .fix = "Set cert= and key= in stunnel.conf to a certificate for {name}.",
    .source = "stunnel's openssl.cnf"),
ROW(DELIVERED, "Courier", .o = "Courier Mail Server", .ou = "Automatically-generated*",
    .fix = "Set TLS_CERTFILE in Courier's configuration to a certificate for {name} and its chain.",
    .source = "Courier's imapd.cnf"),
ROW(DELIVERED, "MySQL", .cn = "MySQL_*_Auto_Generated_*",
    .fix = "Set ssl_ca, ssl_cert and ssl_key in my.cnf to a certificate for {name}: the one made at the first start "
           "names no host, and clients that check names refuse it.",
    .source = "CN=MySQL_Server_8.0.19_Auto_Generated_Server_Certificate"),

/* --- CAs that come with a product --------------------------------------------------------------- */
ROW(MAKER, "Let's Encrypt's staging environment", .issuer_o = "(STAGING)*",
    .fix = "Order it from the production environment: without certbot's --staging or --test-cert, with "
           "cert-manager's issuer for acme-v02.api.letsencrypt.org, without Caddy's or Traefik's staging caServer.",
    .source = "letsencrypt.org, Staging Environment: O=(STAGING) Let's Encrypt"),
ROW(MAKER, "Let's Encrypt's staging environment", .issuer_cn = "(STAGING)*|Fake LE *",
    .fix = "Order it from the production environment: without certbot's --staging or --test-cert, with "
           "cert-manager's issuer for acme-v02.api.letsencrypt.org, without Caddy's or Traefik's staging caServer.",
    .source = "letsencrypt.org, Staging Environment; Fake LE Intermediate X1 before 2020"),
ROW(MAKER, "Cloudflare's Origin CA", .issuer_ou = "CloudFlare Origin*",
    .fix = "Only Cloudflare's own servers trust it: let clients come through Cloudflare (proxied DNS record of "
           "{name}), or install a publicly trusted certificate here.",
    .source = "O=CloudFlare, Inc., OU=CloudFlare Origin SSL Certificate Authority"),
ROW(MAKER, "Caddy's local CA", .issuer_cn = "Caddy Local Authority*",
    .fix = "Caddy got no public certificate for {name}: take `tls internal` out, let the name be a public one that "
           "reaches ports 80 or 443 of Caddy, and read its log. Or trust its root (`caddy trust`; "
           "pki/authorities/local/root.crt in its data directory).",
    .source = "github.com/caddyserver/caddy: defaultCAName"),
ROW(MAKER, "mkcert", .o = "mkcert development certificate",
    .fix = "mkcert's CA is known only on the machine where `mkcert -install` ran: give the clients its rootCA.pem "
           "(`mkcert -CAROOT` shows where), or use a certificate of a public CA here.",
    .source = "github.com/FiloSottile/mkcert"),
ROW(MAKER, "mkcert", .issuer_o = "mkcert development CA",
    .fix = "mkcert's CA is known only on the machine where `mkcert -install` ran: give the clients its rootCA.pem "
           "(`mkcert -CAROOT` shows where), or use a certificate of a public CA here.",
    .source = "github.com/FiloSottile/mkcert"),
ROW(MAKER, "minica", .issuer_cn = "minica root ca *",
    .fix = "Give the clients minica.pem, the CA made along with it. Where NixOS or an ACME test server put it there, "
           "the real certificate was not issued yet: read the log of the ACME client.",
    .source = "github.com/jsha/minica: minica root ca SERIAL"),
ROW(MAKER, "Proxmox VE", .issuer_o = "PVE Cluster Manager CA",
    .fix = "Trust the cluster's CA (/etc/pve/pve-root-ca.pem on any node), or order a certificate for {name} under "
           "Certificates of the node (ACME).",
    .source = "O=PVE Cluster Manager CA, CN=Proxmox Virtual Environment"),
ROW(MAKER, "a VMware vCenter", .issuer_ou = "VMware Engineering",
    .fix = "Trust the CA of the vCenter: https://VCENTER/certs/download.zip has its root.",
    .source = "certificates of VMCA: OU=VMware Engineering"),
ROW(MAKER, "Elasticsearch",
    .issuer_cn = "Elasticsearch security auto-configuration*|Elastic Certificate Tool Autogenerated CA",
    .fix = "Give the clients the CA made along with it (config/certs/http_ca.crt, or the one of "
           "elasticsearch-certutil).",
    .source = "Elastic's documentation: CN=Elasticsearch security auto-configuration HTTP CA"),
ROW(MAKER, "Rancher", .issuer_o = "dynamiclistener-org",
    .fix = "Trust Rancher's CA (https://RANCHER/cacerts, or the secret tls-rancher in cattle-system), or give "
           "Rancher a certificate of a public CA.",
    .source = "rancher/dynamiclistener: dynamiclistener-ca@TIME"),
ROW(MAKER, "k3s", .issuer_cn = "k3s-server-ca*",
    .fix = "It is the API of a cluster: use the CA in its kubeconfig (certificate-authority-data; on the server "
           "/var/lib/rancher/k3s/server/tls/server-ca.crt).",
    .source = "k3s logs: signed by CN=k3s-server-ca@TIME"),
ROW(MAKER, "kubeadm", .issuer_cn = "kubernetes", .cn = "kube-apiserver",
    .fix = "It is the API of a cluster: use the CA in its kubeconfig (certificate-authority-data; on the control "
           "plane /etc/kubernetes/pki/ca.crt).",
    .source = "kubernetes.io, PKI certificates: kube-apiserver, kubernetes-ca"),
ROW(MAKER, "OpenShift's ingress operator", .issuer_cn = "ingress-operator@*",
    .fix = "Trust the router's CA (`oc get configmap default-ingress-cert -n openshift-config-managed`), or set "
           "another default certificate of the IngressController.",
    .source = "OpenShift: issuer=CN=ingress-operator@TIME"),
ROW(MAKER, "Amazon RDS", .issuer_o = "Amazon Web Services*", .issuer_ou = "Amazon RDS",
    .fix = "Give the client Amazon's bundle of RDS roots "
           "(https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem).",
    .source = "CN=Amazon RDS Root 2019 CA, OU=Amazon RDS"),
};
const size_t placeholder_count = sizeof placeholder_table / sizeof *placeholder_table;

/* Nothing in it but its shape says so, and many others could have that shape: it never decides a cause. */
static const struct placeholder snakeoil = ROW(MAKER, "Debian's package ssl-cert (the \"snakeoil\" certificate)",
    .fix = "If this is the machine's snakeoil certificate, a default site or a service without one of its own "
           "answers: set a certificate for {name} there (Apache SSLCertificateFile, nginx ssl_certificate, Postfix "
           "smtpd_tls_cert_file, Dovecot ssl_cert).",
    .source = "make-ssl-cert of ssl-cert 1.1.2: CN and subjectAltName the host's name, no CA, RSA, 3650 days");

static const char *text_of(const json_t *leaf, const char *key)
{
    return json_string_value(json_object_get(leaf, key));
}

static bool name_fits(const json_t *leaf, const char *patterns)
{
    const json_t *name;
    size_t i;
    if (!patterns)
        return true;
    json_array_foreach(json_object_get(leaf, "names"), i, name) {
        if (slice_fits(slice_of(json_string_value(name)), patterns))
            return true;
    }
    return false;
}

/* A self-signed certificate for one host alone, as make-ssl-cert makes it. */
static bool is_snakeoil(const json_t *leaf)
{
    const char *subject = text_of(leaf, "subject"), *issuer = text_of(leaf, "issuer"), *key = text_of(leaf, "key");
    const char *begin = text_of(leaf, "not_before"), *end = text_of(leaf, "not_after");
    const json_t *names = json_object_get(leaf, "names");
    const char *only = json_string_value(json_array_get(names, 0));
    int64_t from, to;
    return subject && issuer && key && only && begin && end && strcmp(subject, issuer) == 0 &&
           strncmp(subject, "CN=", 3) == 0 && strcmp(subject + 3, only) == 0 && json_array_size(names) == 1 &&
           json_is_false(json_object_get(leaf, "is_ca")) && strcmp(key, "RSA") == 0 && when_parse(begin, &from) &&
           when_parse(end, &to) && to - from == INT64_C(3650) * 86400;
}

const struct placeholder *placeholder_find(const json_t *leaf)
{
    const char *subject = text_of(leaf, "subject"), *issuer = text_of(leaf, "issuer");
    const struct slice cn = dn_find(subject, "CN"), o = dn_find(subject, "O"), ou = dn_find(subject, "OU");
    const struct slice by_cn = dn_find(issuer, "CN"), by_o = dn_find(issuer, "O"), by_ou = dn_find(issuer, "OU");
    for (size_t i = 0; i < placeholder_count; i++) {
        const struct placeholder *p = &placeholder_table[i];
        if (slice_fits(cn, p->cn) && slice_fits(o, p->o) && slice_fits(ou, p->ou) && slice_fits(by_cn, p->issuer_cn) &&
            slice_fits(by_o, p->issuer_o) && slice_fits(by_ou, p->issuer_ou) && name_fits(leaf, p->name))
            return p;
    }
    return is_snakeoil(leaf) ? &snakeoil : NULL;
}
