/* software - see software.h. */
#include "src/why/software.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/dialogue.h"

const char *const setting_words[SETTING_COUNT] = {
#define X(id, word, says) [SETTING_##id] = word,
    SETTINGS(X)
#undef X
};

static const struct software {
    const char *name;
    const char *word; /* in lower case, held by its greeting or Server header; NULL: it does not name itself */
    const char *ways; /* the protocols it speaks */
    bool usual;       /* told, with others of the protocol, where nothing is recognised */
    const char *set[SETTING_COUNT];
} software_table[] = {
    { "Postfix", "postfix", "smtp", true, {
      [SETTING_ON] = "in main.cf `smtpd_tls_security_level = may`, `smtpd_tls_cert_file` and `smtpd_tls_key_file` (or "
        "`smtpd_tls_chain_files`), then `postfix reload`; where these are set and can't be read, its log has a "
        "warning with the reason",
      [SETTING_CERT] = "`smtpd_tls_cert_file`, or `smtpd_tls_chain_files`",
      [SETTING_CHAIN] = "the file of `smtpd_tls_cert_file` or `smtpd_tls_chain_files`",
      [SETTING_NAME] = "`tls_server_sni_maps`, a table of names and chain files (`postmap -F`)",
      [SETTING_VERSIONS] = "`smtpd_tls_protocols` and `smtpd_tls_mandatory_protocols = >=TLSv1.2`",
      [SETTING_CIPHERS] = "`tls_medium_cipherlist`, with `smtpd_tls_ciphers = medium`",
      [SETTING_GROUPS] = "`tls_eecdh_auto_curves`",
      [SETTING_CLIENT_CA] = "`smtpd_tls_CAfile`",
      [SETTING_DH] = "`smtpd_tls_dh1024_param_file`",
      [SETTING_RELOAD] = "`postfix reload`" } },
    { "Exim", "exim", "smtp", true, {
      [SETTING_ON] = "`tls_advertise_hosts = *`, `tls_certificate` and `tls_privatekey`, which the user Exim runs as "
        "must be able to read; its mainlog and paniclog name what is wrong",
      [SETTING_CERT] = "`tls_certificate`",
      [SETTING_CHAIN] = "the file of `tls_certificate`",
      [SETTING_NAME] = "`tls_certificate` and `tls_privatekey`, expanded with `$tls_in_sni`",
      [SETTING_VERSIONS] = "`openssl_options`, or with GnuTLS `tls_require_ciphers`",
      [SETTING_CIPHERS] = "`tls_require_ciphers`",
      [SETTING_GROUPS] = "`tls_eccurve`",
      [SETTING_STAPLE] = "`tls_ocsp_file`",
      [SETTING_CLIENT_CA] = "`tls_verify_certificates`",
      [SETTING_DH] = "`tls_dhparam`",
      [SETTING_RELOAD] = "`systemctl reload exim4`" } },
    { "sendmail", "sendmail", "smtp", true, {
      [SETTING_ON] = "`confSERVER_CERT` and `confSERVER_KEY` in sendmail.mc, the key readable by root alone",
      [SETTING_CERT] = "`confSERVER_CERT`",
      [SETTING_CHAIN] = "the file of `confCACERT`",
      [SETTING_VERSIONS] = "`ServerSSLOptions`",
      [SETTING_CIPHERS] = "`CipherList`",
      [SETTING_CLIENT_CA] = "`confCACERT`",
      [SETTING_DH] = "`confDH_PARAMETERS`",
      [SETTING_RELOAD] = "`systemctl reload sendmail`" } },
    { "Exchange", "microsoft", "smtp", false, {
      [SETTING_ON] = "`Enable-ExchangeCertificate -Services SMTP`, and TLS among the receive connector's AuthMechanism",
      [SETTING_CERT] = "`Enable-ExchangeCertificate -Thumbprint ... -Services SMTP`",
      [SETTING_CHAIN] = "the machine's store of intermediate CAs",
      [SETTING_VERSIONS] = "SCHANNEL\\Protocols\\TLS 1.2\\Server, Enabled = 1",
      [SETTING_CIPHERS] = "`Enable-TlsCipherSuite`",
      [SETTING_RELOAD] = "`Restart-Service MSExchangeTransport`" } },
    { "Dovecot", "dovecot", "imap pop3 sieve lmtp", true, {
      [SETTING_ON] = "`ssl = yes` with `ssl_cert = </FILE` and `ssl_key = </FILE` (`doveconf -n` shows what counts), "
        "then `doveadm reload`; its log names a key that can't be read",
      [SETTING_CERT] = "`ssl_cert = </FILE` (2.4: `ssl_server_cert_file`)",
      [SETTING_CHAIN] = "the file of `ssl_cert` (2.4: `ssl_server_cert_file`)",
      [SETTING_NAME] = "`local_name NAME { ssl_cert = </FILE ... }`",
      [SETTING_VERSIONS] = "`ssl_min_protocol = TLSv1.2`",
      [SETTING_CIPHERS] = "`ssl_cipher_list`",
      [SETTING_GROUPS] = "`ssl_curve_list`",
      [SETTING_CLIENT_CA] = "`ssl_ca` (2.4: `ssl_server_ca_file`)",
      [SETTING_DH] = "`ssl_dh = </FILE`",
      [SETTING_RELOAD] = "`doveadm reload`" } },
    { "Cyrus", "cyrus", "imap pop3 sieve lmtp", true, {
      [SETTING_ON] = "`tls_server_cert` and `tls_server_key` in imapd.conf",
      [SETTING_CERT] = "`tls_server_cert`",
      [SETTING_CHAIN] = "the file of `tls_server_cert`",
      [SETTING_VERSIONS] = "`tls_versions`",
      [SETTING_CIPHERS] = "`tls_ciphers`",
      [SETTING_GROUPS] = "`tls_eccurve`",
      [SETTING_CLIENT_CA] = "`tls_client_ca_file`",
      [SETTING_DH] = "`tls_server_dhparam`",
      [SETTING_RELOAD] = "`systemctl restart cyrus-imapd`" } },
    { "Courier", "courier", "imap pop3", true, {
      [SETTING_ON] = "`IMAPDSTARTTLS=YES` in imapd-ssl, `POP3_STARTTLS=YES` in pop3d-ssl, and TLS_CERTFILE",
      [SETTING_CERT] = "`TLS_CERTFILE`",
      [SETTING_CHAIN] = "the file of `TLS_CERTFILE`",
      [SETTING_VERSIONS] = "`TLS_PROTOCOL`",
      [SETTING_CIPHERS] = "`TLS_CIPHER_LIST`",
      [SETTING_CLIENT_CA] = "`TLS_TRUSTCERTS`",
      [SETTING_DH] = "`TLS_DHPARAMS`",
      [SETTING_RELOAD] = "`systemctl restart courier-imap-ssl courier-pop-ssl`" } },
    { "vsftpd", "vsftpd", "ftp", true, {
      [SETTING_ON] = "`ssl_enable=YES`, `rsa_cert_file` and `rsa_private_key_file`",
      [SETTING_CERT] = "`rsa_cert_file`",
      [SETTING_CHAIN] = "the file of `rsa_cert_file`",
      [SETTING_VERSIONS] = "`ssl_tlsv1=YES` (Red Hat: `ssl_tlsv1_2=YES`)",
      [SETTING_CIPHERS] = "`ssl_ciphers`",
      [SETTING_CLIENT_CA] = "`ca_certs_file`",
      [SETTING_RELOAD] = "`systemctl restart vsftpd`" } },
    { "ProFTPD", "proftpd", "ftp", true, {
      [SETTING_ON] = "the module mod_tls with `TLSEngine on`, `TLSRSACertificateFile` and `TLSRSACertificateKeyFile`; "
        "TLSLog names what is wrong",
      [SETTING_CERT] = "`TLSRSACertificateFile`",
      [SETTING_CHAIN] = "`TLSCertificateChainFile`",
      [SETTING_NAME] = "a VirtualHost with that ServerAlias, and TLSRSACertificateFile in it",
      [SETTING_VERSIONS] = "`TLSProtocol TLSv1.2 TLSv1.3`",
      [SETTING_CIPHERS] = "`TLSCipherSuite`",
      [SETTING_GROUPS] = "`TLSECDHCurve`",
      [SETTING_STAPLE] = "`TLSStapling on`",
      [SETTING_CLIENT_CA] = "`TLSCACertificateFile`",
      [SETTING_DH] = "`TLSDHParamFile`",
      [SETTING_RELOAD] = "`systemctl reload proftpd`" } },
    { "Pure-FTPd", "pure-ftpd", "ftp", true, {
      [SETTING_ON] = "`TLS 1` and `CertFile`",
      [SETTING_CERT] = "`CertFile`",
      [SETTING_CHAIN] = "the file of `CertFile`",
      [SETTING_CIPHERS] = "`TLSCipherSuite`",
      [SETTING_RELOAD] = "`systemctl restart pure-ftpd`" } },
    { "OpenLDAP", NULL, "ldap", true, {
      [SETTING_ON] = "`olcTLSCertificateFile` and `olcTLSCertificateKeyFile` in cn=config (slapd.conf: "
        "TLSCertificateFile, TLSCertificateKeyFile), readable by the user slapd runs as",
      [SETTING_CERT] = "`olcTLSCertificateFile` (slapd.conf: TLSCertificateFile)",
      [SETTING_CHAIN] = "the file of `olcTLSCACertificateFile`",
      [SETTING_VERSIONS] = "`olcTLSProtocolMin: 3.3`",
      [SETTING_CIPHERS] = "`olcTLSCipherSuite`",
      [SETTING_GROUPS] = "`olcTLSECName`",
      [SETTING_CLIENT_CA] = "`olcTLSCACertificateFile`",
      [SETTING_DH] = "`olcTLSDHParamFile`",
      [SETTING_RELOAD] = "`systemctl restart slapd`" } },
    { "389 Directory Server", NULL, "ldap", true, {
      [SETTING_ON] = "`nsslapd-security: on`" } },
    { "Active Directory", NULL, "ldap", true, {
      [SETTING_ON] = "a certificate for server authentication in the machine's store",
      [SETTING_CERT] = "the machine's store",
      [SETTING_CHAIN] = "the machine's store of intermediate CAs",
      [SETTING_VERSIONS] = "SCHANNEL\\Protocols\\TLS 1.2\\Server, Enabled = 1",
      [SETTING_CIPHERS] = "`Enable-TlsCipherSuite`" } },
    { "Prosody", NULL, "xmpp", true, {
      [SETTING_ON] = "a certificate for the domain (`prosodyctl cert import`, `prosodyctl check certs`)",
      [SETTING_CERT] = "`certificate`, or `prosodyctl cert import`",
      [SETTING_CHAIN] = "the file of `certificate`",
      [SETTING_NAME] = "`certificate` in the VirtualHost of that name",
      [SETTING_VERSIONS] = "`protocol = \"tlsv1_2+\"` in the table `ssl`",
      [SETTING_CIPHERS] = "`ciphers` in the table `ssl`",
      [SETTING_GROUPS] = "`curveslist` in the table `ssl`",
      [SETTING_CLIENT_CA] = "`cafile` in the table `ssl`",
      [SETTING_DH] = "`dhparam` in the table `ssl`",
      [SETTING_RELOAD] = "`prosodyctl reload`" } },
    { "ejabberd", NULL, "xmpp", true, {
      [SETTING_ON] = "`starttls: true` for the listener, and `certfiles`",
      [SETTING_CERT] = "`certfiles`",
      [SETTING_CHAIN] = "the file of `certfiles`",
      [SETTING_VERSIONS] = "`c2s_protocol_options`",
      [SETTING_CIPHERS] = "`c2s_ciphers`",
      [SETTING_CLIENT_CA] = "`c2s_cafile`",
      [SETTING_DH] = "`c2s_dhfile`",
      [SETTING_RELOAD] = "`ejabberdctl reload_config`" } },
    { "INN", "internetnews", "nntp", true, {
      [SETTING_ON] = "`tlscertfile` and `tlskeyfile` in inn.conf, and nnrpd built with TLS",
      [SETTING_CERT] = "`tlscertfile`",
      [SETTING_CHAIN] = "the file of `tlscertfile`",
      [SETTING_VERSIONS] = "`tlsprotocols`",
      [SETTING_CIPHERS] = "`tlsciphers`",
      [SETTING_GROUPS] = "`tlseccurve`",
      [SETTING_CLIENT_CA] = "`tlscafile`",
      [SETTING_RELOAD] = "none is needed: nnrpd reads it for each connection" } },
    { "PostgreSQL", NULL, "postgres", true, {
      [SETTING_ON] = "`ssl = on` in postgresql.conf with `ssl_cert_file` and `ssl_key_file` (the key readable by its "
        "user alone), then `SELECT pg_reload_conf();`; where that fails the server's log says why, and it goes on "
        "without TLS",
      [SETTING_CERT] = "`ssl_cert_file`",
      [SETTING_CHAIN] = "the file of `ssl_cert_file`",
      [SETTING_VERSIONS] = "`ssl_min_protocol_version = 'TLSv1.2'`",
      [SETTING_CIPHERS] = "`ssl_ciphers`",
      [SETTING_GROUPS] = "`ssl_ecdh_curve` (18: `ssl_groups`)",
      [SETTING_CLIENT_CA] = "`ssl_ca_file`",
      [SETTING_DH] = "`ssl_dh_params_file`",
      [SETTING_RELOAD] = "`SELECT pg_reload_conf();`" } },
    { "MariaDB", "mariadb", "mysql", true, {
      [SETTING_ON] = "`ssl_cert`, `ssl_key` and `ssl_ca` under [mariadb], then a restart; `SHOW VARIABLES LIKE "
        "'have_ssl';` says DISABLED where they can't be read",
      [SETTING_CERT] = "`ssl_cert`",
      [SETTING_CHAIN] = "the file of `ssl_cert`",
      [SETTING_VERSIONS] = "`tls_version = TLSv1.2,TLSv1.3`",
      [SETTING_CIPHERS] = "`ssl_cipher`",
      [SETTING_CLIENT_CA] = "`ssl_ca`",
      [SETTING_RELOAD] = "`FLUSH SSL;`" } },
    { "MySQL", NULL, "mysql", true, {
      [SETTING_ON] = "`ssl_cert` and `ssl_key` under [mysqld], no `skip_ssl`, then a restart (8.0: `ALTER INSTANCE "
        "RELOAD TLS;`)",
      [SETTING_CERT] = "`ssl_cert`",
      [SETTING_CHAIN] = "the file of `ssl_cert`",
      [SETTING_VERSIONS] = "`tls_version = TLSv1.2,TLSv1.3`",
      [SETTING_CIPHERS] = "`ssl_cipher`",
      [SETTING_CLIENT_CA] = "`ssl_ca`",
      [SETTING_RELOAD] = "`ALTER INSTANCE RELOAD TLS;`" } },
    { "SQL Server", NULL, "mssql", true, {
      [SETTING_ON] = "a certificate in SQL Server Configuration Manager, under the instance's protocols; its error log "
        "says at the start which certificate was loaded",
      [SETTING_CERT] = "SQL Server Configuration Manager, the instance's protocols",
      [SETTING_CHAIN] = "the machine's store of intermediate CAs",
      [SETTING_VERSIONS] = "SCHANNEL\\Protocols\\TLS 1.2\\Server, Enabled = 1",
      [SETTING_CIPHERS] = "`Enable-TlsCipherSuite`",
      [SETTING_RELOAD] = "a restart of the instance" } },
    { "Windows", NULL, "rdp", true, {
      [SETTING_ON] = "SecurityLayer = 2 under HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal "
        "Server\\WinStations\\RDP-Tcp",
      [SETTING_CERT] = "SSLCertificateSHA1Hash of Win32_TSGeneralSetting",
      [SETTING_CHAIN] = "the machine's store of intermediate CAs",
      [SETTING_VERSIONS] = "SCHANNEL\\Protocols\\TLS 1.2\\Server, Enabled = 1",
      [SETTING_CIPHERS] = "`Enable-TlsCipherSuite`",
      [SETTING_RELOAD] = "`Restart-Service TermService`" } },
    { "xrdp", NULL, "rdp", true, {
      [SETTING_ON] = "`security_layer=negotiate` with `certificate` and `key_file`",
      [SETTING_CERT] = "`certificate`",
      [SETTING_CHAIN] = "the file of `certificate`",
      [SETTING_VERSIONS] = "`ssl_protocols`",
      [SETTING_CIPHERS] = "`tls_ciphers`",
      [SETTING_RELOAD] = "`systemctl restart xrdp`" } },
    { "Mosquitto", NULL, "mqtts", true, {
      [SETTING_CERT] = "`certfile`",
      [SETTING_CHAIN] = "the file of `certfile`",
      [SETTING_VERSIONS] = "`tls_version tlsv1.2`",
      [SETTING_CIPHERS] = "`ciphers`",
      [SETTING_CLIENT_CA] = "`cafile`",
      [SETTING_DH] = "`dhparamfile`",
      [SETTING_RELOAD] = "`systemctl reload mosquitto`" } },
    { "EMQX", NULL, "mqtts", true, {
      [SETTING_CERT] = "`ssl_options.certfile`",
      [SETTING_CHAIN] = "the file of `ssl_options.certfile`",
      [SETTING_VERSIONS] = "`ssl_options.versions`",
      [SETTING_CIPHERS] = "`ssl_options.ciphers`",
      [SETTING_CLIENT_CA] = "`ssl_options.cacertfile`" } },
    { "RabbitMQ", NULL, "amqps", true, {
      [SETTING_CERT] = "`ssl_options.certfile`",
      [SETTING_CHAIN] = "the file of `ssl_options.cacertfile`",
      [SETTING_VERSIONS] = "`ssl_options.versions.1 = tlsv1.2`",
      [SETTING_CIPHERS] = "`ssl_options.ciphers.1`",
      [SETTING_CLIENT_CA] = "`ssl_options.cacertfile`",
      [SETTING_DH] = "`ssl_options.dhfile`",
      [SETTING_RELOAD] = "`rabbitmqctl eval 'ssl:clear_pem_cache().'`" } },
    { "Redis", NULL, "rediss", true, {
      [SETTING_CERT] = "`tls-cert-file`",
      [SETTING_CHAIN] = "the file of `tls-cert-file`",
      [SETTING_VERSIONS] = "`tls-protocols \"TLSv1.2 TLSv1.3\"`",
      [SETTING_CIPHERS] = "`tls-ciphers`",
      [SETTING_CLIENT_CA] = "`tls-ca-cert-file`",
      [SETTING_DH] = "`tls-dh-params-file`",
      [SETTING_RELOAD] = "`CONFIG SET tls-cert-file FILE`" } },
    { "nginx", "nginx", "http", true, {
      [SETTING_CERT] = "`ssl_certificate`",
      [SETTING_CHAIN] = "the file of `ssl_certificate` (certbot: fullchain.pem instead of cert.pem)",
      [SETTING_NAME] = "`server_name` and `ssl_certificate` of the right server block; the default block answers for "
        "names no block lists",
      [SETTING_VERSIONS] = "`ssl_protocols TLSv1.2 TLSv1.3;`",
      [SETTING_CIPHERS] = "`ssl_ciphers`",
      [SETTING_GROUPS] = "`ssl_ecdh_curve`",
      [SETTING_STAPLE] = "`ssl_stapling on;` with a `resolver` that answers, and no `ssl_stapling_file`",
      [SETTING_CLIENT_CA] = "`ssl_client_certificate`",
      [SETTING_DH] = "`ssl_dhparam`",
      [SETTING_RELOAD] = "`systemctl reload nginx`" } },
    { "Apache", "apache", "http", true, {
      [SETTING_CERT] = "SSLCertificateFile",
      [SETTING_CHAIN] = "the file of SSLCertificateFile (before 2.4.8: SSLCertificateChainFile)",
      [SETTING_NAME] = "`ServerName` and SSLCertificateFile of the right VirtualHost; the first one answers for names "
        "no other lists",
      [SETTING_VERSIONS] = "`SSLProtocol -all +TLSv1.2 +TLSv1.3`",
      [SETTING_CIPHERS] = "`SSLCipherSuite`",
      [SETTING_GROUPS] = "`SSLOpenSSLConfCmd Groups`",
      [SETTING_STAPLE] = "`SSLUseStapling on` and `SSLStaplingCache`",
      [SETTING_CLIENT_CA] = "`SSLCACertificateFile`",
      [SETTING_DH] = "`openssl dhparam 2048` behind the certificate in SSLCertificateFile",
      [SETTING_RELOAD] = "`apachectl graceful`" } },
    { "HAProxy", "haproxy", "http", true, {
      [SETTING_CERT] = "`crt`",
      [SETTING_CHAIN] = "the `crt` file, between the certificate and its key",
      [SETTING_NAME] = "a `crt` file, or a line of `crt-list`, with that name",
      [SETTING_VERSIONS] = "`ssl-min-ver TLSv1.2`",
      [SETTING_CIPHERS] = "`ssl-default-bind-ciphers`",
      [SETTING_GROUPS] = "`ssl-default-bind-curves`",
      [SETTING_STAPLE] = "`ocsp-update on` (2.8), or a new .ocsp file beside the certificate",
      [SETTING_CLIENT_CA] = "`ca-file`",
      [SETTING_DH] = "`ssl-dh-param-file`",
      [SETTING_RELOAD] = "`systemctl reload haproxy`" } },
    { "OpenSSL", NULL, "http", true, {
      [SETTING_VERSIONS] = "`MinProtocol = TLSv1.2` in openssl.cnf",
      [SETTING_CIPHERS] = "`CipherString` in openssl.cnf",
      [SETTING_GROUPS] = "`Groups` in openssl.cnf" } },
    { "Java", NULL, "http", true, {
      [SETTING_VERSIONS] = "take TLSv1.2 out of jdk.tls.disabledAlgorithms",
      [SETTING_STAPLE] = "-Djdk.tls.server.enableStatusRequestExtension=true",
      [SETTING_CLIENT_CA] = "the trust store" } },
    { "Windows", NULL, "http", true, {
      [SETTING_VERSIONS] = "SCHANNEL\\Protocols\\TLS 1.2\\Server, Enabled = 1" } },
    { "stunnel", NULL, "http", true, {
      [SETTING_GROUPS] = "`curves`",
      [SETTING_CLIENT_CA] = "`CAfile`" } },
    { "hitch", NULL, "http", true, {
      [SETTING_GROUPS] = "`ecdh-curve`",
      [SETTING_STAPLE] = "`ocsp-dir`",
      [SETTING_CLIENT_CA] = "`client-verify-ca`" } },
    { "lighttpd", "lighttpd", "http", false, {
      [SETTING_CERT] = "`ssl.pemfile`",
      [SETTING_CHAIN] = "the file of `ssl.pemfile`",
      [SETTING_NAME] = "`ssl.pemfile` under `$HTTP[\"host\"]` of that name",
      [SETTING_VERSIONS] = "`ssl.openssl.ssl-conf-cmd = (\"MinProtocol\" => \"TLSv1.2\")`",
      [SETTING_CIPHERS] = "`ssl.openssl.ssl-conf-cmd = (\"CipherString\" => ...)`",
      [SETTING_GROUPS] = "`ssl.openssl.ssl-conf-cmd = (\"Groups\" => ...)`",
      [SETTING_STAPLE] = "`ssl.stapling-file`",
      [SETTING_CLIENT_CA] = "`ssl.verifyclient.ca-file`",
      [SETTING_RELOAD] = "`systemctl restart lighttpd`" } },
    { "Caddy", "caddy", "http", false, {
      [SETTING_CERT] = "`tls CERT KEY`",
      [SETTING_CHAIN] = "the certificate file of `tls`",
      [SETTING_NAME] = "a site block of that name",
      [SETTING_VERSIONS] = "`protocols tls1.2 tls1.3` in the block of `tls`",
      [SETTING_CIPHERS] = "`ciphers` in the block of `tls`",
      [SETTING_GROUPS] = "`curves` in the block of `tls`",
      [SETTING_STAPLE] = "it does so by itself",
      [SETTING_CLIENT_CA] = "`trusted_ca_cert_file` of `client_auth`",
      [SETTING_RELOAD] = "`caddy reload`" } },
    { "node", NULL, "http", true, {
      [SETTING_GROUPS] = "`ecdhCurve:`",
      [SETTING_CLIENT_CA] = "`ca:`" } },
};

#define SOFTWARE_COUNT (sizeof software_table / sizeof *software_table)

/* `word` is in lower case. */
static bool starts(const char *text, const char *word)
{
    for (; *word; text++, word++) {
        char a = *text >= 'A' && *text <= 'Z' ? (char)(*text + 32) : *text;
        if (a != *word)
            return false;
    }
    return true;
}

static bool holds(const char *text, const char *word)
{
    for (; *text; text++)
        if (starts(text, word))
            return true;
    return false;
}

static bool software_speaks(const struct software *s, const char *way)
{
    size_t n = strlen(way);
    for (const char *w = s->ways; *w; w += strcspn(w, " "), w += strspn(w, " "))
        if (strcspn(w, " ") == n && strncmp(w, way, n) == 0)
            return true;
    return false;
}

/* NULL: not recognised. */
static const struct software *software_find(const char *way, const char *banner)
{
    for (size_t i = 0; i < SOFTWARE_COUNT; i++) {
        const struct software *s = &software_table[i];
        if (s->word && software_speaks(s, way) && holds(banner, s->word))
            return s;
    }
    return NULL;
}

/* The protocol, whether TLS begins at once or after a dialogue. */
static const char *way_of(const struct scheme *s)
{
    static const struct { const char *scheme, *way; } at_once[] = {
        { "smtps", "smtp" }, { "imaps", "imap" }, { "pop3s", "pop3" }, { "ftps", "ftp" }, { "ldaps", "ldap" },
        { "nntps", "nntp" }, { "xmpps", "xmpp" }, { "mqtts", "mqtts" }, { "amqps", "amqps" }, { "rediss", "rediss" },
    };
    const struct dialogue_row *row = s ? dialogue_find(s->starttls) : NULL;
    if (row)
        return text_starts(row->way, "xmpp") ? "xmpp" : row->way;
    for (size_t i = 0; s && i < sizeof at_once / sizeof *at_once; i++)
        if (strcmp(s->name, at_once[i].scheme) == 0)
            return at_once[i].way;
    return "http";
}

/* What it says of itself: its greeting, or the Server header of the first answer. */
static const char *banner_of(const struct look *l, const char *way)
{
    const json_t *group = json_array_get(look_member(l, FACT_ATTEMPTS, "groups"), 0);
    const char *server = json_string_value(json_object_get(group, "server"));
    return strcmp(way, "http") == 0 ? server ? server : "" : look_text(l, FACT_STARTTLS, "banner");
}

static const struct software *software_of(const struct look *l)
{
    const char *way = way_of(l->c->endpoint->scheme);
    return software_find(way, banner_of(l, way));
}

const char *software_name(const struct look *l)
{
    const struct software *s = software_of(l);
    return s ? s->name : NULL;
}

/* "nginx: `ssl_certificate`; Apache: SSLCertificateFile"; "" where none has such a setting. */
static char *setting_usual(const char *way, enum setting setting)
{
    struct text t = { 0 };
    for (size_t i = 0; i < SOFTWARE_COUNT; i++) {
        const struct software *s = &software_table[i];
        if (s->usual && s->set[setting] && software_speaks(s, way))
            text_addf(&t, "%s%s: %s", t.len ? "; " : "", s->name, s->set[setting]);
    }
    return text_take(&t);
}

static char *setting_own(const struct software *s, enum setting setting)
{
    const char *words = s->set[setting];
    if (!words)
        return mem_string("");
    if (setting == SETTING_RELOAD)
        return mem_string(words);
    return mem_format("%s%s: %s", setting == SETTING_ON ? "on this server, " : "", s->name, words);
}

char *software_setting(const struct look *l, enum setting setting)
{
    const struct software *s = software_of(l);
    char *words = s ? setting_own(s, setting) : setting_usual(way_of(l->c->endpoint->scheme), setting);
    if (*words)
        return words;
    free(words);
    return setting == SETTING_NAME ? software_setting(l, SETTING_CERT) : mem_string("its documentation says how");
}
