/* software - see software.h. */
#include "src/why/software.h"

#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/dialogue.h"

const char *const setting_words[SETTING_COUNT] = {
#define X(id, word, says) [SETTING_##id] = word,
    SETTINGS(X)
#undef X
};

/* By the word a greeting holds; the last row of a way holds for any other server of that protocol. */
static const struct software { const char *way, *word, *name, *set[SETTING_COUNT]; } software_table[] = {
    { "smtp", "postfix", "Postfix", {
      [SETTING_ON] = "in main.cf `smtpd_tls_security_level = may`, `smtpd_tls_cert_file` and "
        "`smtpd_tls_key_file` (or `smtpd_tls_chain_files`), then `postfix reload`; where these are set and can't be "
        "read, its log has a warning with the reason",
      [SETTING_CERT] = "`smtpd_tls_cert_file`, or `smtpd_tls_chain_files`",
      [SETTING_CHAIN] = "the file of `smtpd_tls_cert_file` or `smtpd_tls_chain_files`",
      [SETTING_VERSIONS] = "`smtpd_tls_protocols` and `smtpd_tls_mandatory_protocols = >=TLSv1.2`",
      [SETTING_CIPHERS] = "`tls_medium_cipherlist`, with `smtpd_tls_ciphers = medium`",
      [SETTING_CLIENT_CA] = "`smtpd_tls_CAfile`",
      [SETTING_DH] = "`smtpd_tls_dh1024_param_file`",
      [SETTING_RELOAD] = "`postfix reload`" } },
    { "smtp", "exim", "Exim", {
      [SETTING_ON] = "`tls_advertise_hosts = *`, `tls_certificate` and `tls_privatekey`, which the user Exim "
        "runs as must be able to read; its mainlog and paniclog name what is wrong",
      [SETTING_CERT] = "`tls_certificate`",
      [SETTING_CHAIN] = "the file of `tls_certificate`",
      [SETTING_VERSIONS] = "`openssl_options`, or with GnuTLS `tls_require_ciphers`",
      [SETTING_CIPHERS] = "`tls_require_ciphers`",
      [SETTING_CLIENT_CA] = "`tls_verify_certificates`",
      [SETTING_DH] = "`tls_dhparam`",
      [SETTING_RELOAD] = "`systemctl reload exim4`" } },
    { "smtp", "sendmail", "sendmail", {
      [SETTING_ON] = "`confSERVER_CERT` and `confSERVER_KEY` in sendmail.mc, the key readable by root alone",
      [SETTING_CERT] = "`confSERVER_CERT`",
      [SETTING_CHAIN] = "the file of `confCACERT`",
      [SETTING_VERSIONS] = "`ServerSSLOptions`",
      [SETTING_CIPHERS] = "`CipherList`",
      [SETTING_CLIENT_CA] = "`confCACERT`",
      [SETTING_DH] = "`confDH_PARAMETERS`",
      [SETTING_RELOAD] = "`systemctl reload sendmail`" } },
    { "smtp", "microsoft", "Exchange", {
      [SETTING_ON] = "`Enable-ExchangeCertificate -Services SMTP`, and TLS among the receive connector's "
        "AuthMechanism",
      [SETTING_CERT] = "`Enable-ExchangeCertificate -Thumbprint ... -Services SMTP`",
      [SETTING_CHAIN] = "the machine's store of intermediate CAs",
      [SETTING_VERSIONS] = "SCHANNEL\\Protocols\\TLS 1.2\\Server, Enabled = 1",
      [SETTING_CIPHERS] = "`Enable-TlsCipherSuite`",
      [SETTING_RELOAD] = "`Restart-Service MSExchangeTransport`" } },
    { "smtp", NULL, NULL, {
      [SETTING_ON] = "Postfix `smtpd_tls_security_level = may` with `smtpd_tls_cert_file` and "
        "`smtpd_tls_key_file`, Exim `tls_advertise_hosts = *` with `tls_certificate`, sendmail `confSERVER_CERT`; "
        "their logs name a key that can't be read",
      [SETTING_CERT] = "Postfix `smtpd_tls_cert_file` or `smtpd_tls_chain_files`, Exim `tls_certificate`, "
        "sendmail `confSERVER_CERT`",
      [SETTING_CHAIN] = "Postfix: the file of `smtpd_tls_cert_file`; Exim: that of `tls_certificate`; sendmail: "
        "`confCACERT`",
      [SETTING_VERSIONS] = "Postfix `smtpd_tls_protocols`, Exim `openssl_options`, sendmail `ServerSSLOptions`",
      [SETTING_CIPHERS] = "Postfix `tls_medium_cipherlist`, Exim `tls_require_ciphers`, sendmail `CipherList`",
      [SETTING_CLIENT_CA] = "Postfix `smtpd_tls_CAfile`, Exim `tls_verify_certificates`, sendmail `confCACERT`",
      [SETTING_DH] = "Postfix `smtpd_tls_dh1024_param_file`, Exim `tls_dhparam`, sendmail `confDH_PARAMETERS`",
      [SETTING_RELOAD] = "`postfix reload`, `systemctl reload exim4`" } },
    { "lmtp", NULL, NULL, {
      [SETTING_ON] = "Dovecot `ssl = yes` with `ssl_cert` and `ssl_key`, also for the service lmtp",
      [SETTING_CERT] = "Dovecot `ssl_cert = </FILE` (2.4: `ssl_server_cert_file`)",
      [SETTING_CHAIN] = "Dovecot: the file of `ssl_cert` (2.4: `ssl_server_cert_file`)",
      [SETTING_VERSIONS] = "Dovecot `ssl_min_protocol = TLSv1.2`",
      [SETTING_CIPHERS] = "Dovecot `ssl_cipher_list`",
      [SETTING_CLIENT_CA] = "Dovecot `ssl_ca` (2.4: `ssl_server_ca_file`)",
      [SETTING_DH] = "Dovecot `ssl_dh = </FILE`",
      [SETTING_RELOAD] = "`doveadm reload`" } },
    { "imap", "dovecot", "Dovecot", {
      [SETTING_ON] = "`ssl = yes` with `ssl_cert = </FILE` and `ssl_key = </FILE` (`doveconf -n` shows what "
        "counts), then `doveadm reload`; its log names a key that can't be read",
      [SETTING_CERT] = "`ssl_cert = </FILE` (2.4: `ssl_server_cert_file`)",
      [SETTING_CHAIN] = "the file of `ssl_cert` (2.4: `ssl_server_cert_file`)",
      [SETTING_VERSIONS] = "`ssl_min_protocol = TLSv1.2`",
      [SETTING_CIPHERS] = "`ssl_cipher_list`",
      [SETTING_CLIENT_CA] = "`ssl_ca` (2.4: `ssl_server_ca_file`)",
      [SETTING_DH] = "`ssl_dh = </FILE`",
      [SETTING_RELOAD] = "`doveadm reload`" } },
    { "imap", "cyrus", "Cyrus", {
      [SETTING_ON] = "`tls_server_cert` and `tls_server_key` in imapd.conf",
      [SETTING_CERT] = "`tls_server_cert`",
      [SETTING_CHAIN] = "the file of `tls_server_cert`",
      [SETTING_VERSIONS] = "`tls_versions`",
      [SETTING_CIPHERS] = "`tls_ciphers`",
      [SETTING_CLIENT_CA] = "`tls_client_ca_file`",
      [SETTING_RELOAD] = "`systemctl restart cyrus-imapd`" } },
    { "imap", "courier", "Courier", {
      [SETTING_ON] = "`IMAPDSTARTTLS=YES` in imapd-ssl, and TLS_CERTFILE",
      [SETTING_CERT] = "`TLS_CERTFILE`",
      [SETTING_CHAIN] = "the file of `TLS_CERTFILE`",
      [SETTING_VERSIONS] = "`TLS_PROTOCOL`",
      [SETTING_CIPHERS] = "`TLS_CIPHER_LIST`",
      [SETTING_CLIENT_CA] = "`TLS_TRUSTCERTS`",
      [SETTING_DH] = "`TLS_DHPARAMS`",
      [SETTING_RELOAD] = "`systemctl restart courier-imap-ssl`" } },
    { "imap", NULL, NULL, {
      [SETTING_ON] = "Dovecot `ssl = yes` with `ssl_cert` and `ssl_key`, Cyrus `tls_server_cert` and "
        "`tls_server_key`, Courier `IMAPDSTARTTLS=YES`",
      [SETTING_CERT] = "Dovecot `ssl_cert` (2.4: `ssl_server_cert_file`), Cyrus `tls_server_cert`, Courier "
        "`TLS_CERTFILE`",
      [SETTING_CHAIN] = "Dovecot: the file of `ssl_cert` (2.4: `ssl_server_cert_file`); Cyrus: that of "
        "`tls_server_cert`; Courier: that of `TLS_CERTFILE`",
      [SETTING_VERSIONS] = "Dovecot `ssl_min_protocol = TLSv1.2`, Cyrus `tls_versions`, Courier `TLS_PROTOCOL`",
      [SETTING_CIPHERS] = "Dovecot `ssl_cipher_list`, Cyrus `tls_ciphers`, Courier `TLS_CIPHER_LIST`",
      [SETTING_CLIENT_CA] = "Dovecot `ssl_ca`, Cyrus `tls_client_ca_file`, Courier `TLS_TRUSTCERTS`",
      [SETTING_DH] = "Dovecot `ssl_dh`, Courier `TLS_DHPARAMS`",
      [SETTING_RELOAD] = "`doveadm reload`" } },
    { "pop3", "dovecot", "Dovecot", {
      [SETTING_ON] = "`ssl = yes` with `ssl_cert = </FILE` and `ssl_key = </FILE` (`doveconf -n` shows what "
        "counts), then `doveadm reload`",
      [SETTING_CERT] = "`ssl_cert = </FILE` (2.4: `ssl_server_cert_file`)",
      [SETTING_CHAIN] = "the file of `ssl_cert` (2.4: `ssl_server_cert_file`)",
      [SETTING_VERSIONS] = "`ssl_min_protocol = TLSv1.2`",
      [SETTING_CIPHERS] = "`ssl_cipher_list`",
      [SETTING_CLIENT_CA] = "`ssl_ca` (2.4: `ssl_server_ca_file`)",
      [SETTING_DH] = "`ssl_dh = </FILE`",
      [SETTING_RELOAD] = "`doveadm reload`" } },
    { "pop3", NULL, NULL, {
      [SETTING_ON] = "Dovecot `ssl = yes` with `ssl_cert` and `ssl_key`, Courier `POP3_STARTTLS=YES`",
      [SETTING_CERT] = "Dovecot `ssl_cert` (2.4: `ssl_server_cert_file`), Cyrus `tls_server_cert`, Courier "
        "`TLS_CERTFILE`",
      [SETTING_CHAIN] = "Dovecot: the file of `ssl_cert` (2.4: `ssl_server_cert_file`); Cyrus: that of "
        "`tls_server_cert`; Courier: that of `TLS_CERTFILE`",
      [SETTING_VERSIONS] = "Dovecot `ssl_min_protocol = TLSv1.2`, Cyrus `tls_versions`, Courier `TLS_PROTOCOL`",
      [SETTING_CIPHERS] = "Dovecot `ssl_cipher_list`, Cyrus `tls_ciphers`, Courier `TLS_CIPHER_LIST`",
      [SETTING_CLIENT_CA] = "Dovecot `ssl_ca`, Cyrus `tls_client_ca_file`, Courier `TLS_TRUSTCERTS`",
      [SETTING_DH] = "Dovecot `ssl_dh`, Courier `TLS_DHPARAMS`",
      [SETTING_RELOAD] = "`doveadm reload`" } },
    { "sieve", NULL, NULL, {
      [SETTING_ON] = "Dovecot `ssl = yes` with `ssl_cert` and `ssl_key`, then `doveadm reload`",
      [SETTING_CERT] = "Dovecot `ssl_cert = </FILE` (2.4: `ssl_server_cert_file`)",
      [SETTING_CHAIN] = "Dovecot: the file of `ssl_cert` (2.4: `ssl_server_cert_file`)",
      [SETTING_VERSIONS] = "Dovecot `ssl_min_protocol = TLSv1.2`",
      [SETTING_CIPHERS] = "Dovecot `ssl_cipher_list`",
      [SETTING_CLIENT_CA] = "Dovecot `ssl_ca` (2.4: `ssl_server_ca_file`)",
      [SETTING_DH] = "Dovecot `ssl_dh = </FILE`",
      [SETTING_RELOAD] = "`doveadm reload`" } },
    { "ftp", "vsftpd", "vsftpd", {
      [SETTING_ON] = "`ssl_enable=YES`, `rsa_cert_file` and `rsa_private_key_file`",
      [SETTING_CERT] = "`rsa_cert_file`",
      [SETTING_CHAIN] = "the file of `rsa_cert_file`",
      [SETTING_VERSIONS] = "`ssl_tlsv1_2=YES` (older: `ssl_tlsv1=YES`)",
      [SETTING_CIPHERS] = "`ssl_ciphers`",
      [SETTING_CLIENT_CA] = "`ca_certs_file`",
      [SETTING_RELOAD] = "`systemctl restart vsftpd`" } },
    { "ftp", "proftpd", "ProFTPD", {
      [SETTING_ON] = "the module mod_tls with `TLSEngine on`, `TLSRSACertificateFile` and "
        "`TLSRSACertificateKeyFile`; TLSLog names what is wrong",
      [SETTING_CERT] = "`TLSRSACertificateFile`",
      [SETTING_CHAIN] = "`TLSCertificateChainFile`",
      [SETTING_VERSIONS] = "`TLSProtocol TLSv1.2 TLSv1.3`",
      [SETTING_CIPHERS] = "`TLSCipherSuite`",
      [SETTING_CLIENT_CA] = "`TLSCACertificateFile`",
      [SETTING_DH] = "`TLSDHParamFile`",
      [SETTING_RELOAD] = "`systemctl reload proftpd`" } },
    { "ftp", "pure-ftpd", "Pure-FTPd", {
      [SETTING_ON] = "`TLS 1` and `CertFile`",
      [SETTING_CERT] = "`CertFile`",
      [SETTING_CHAIN] = "the file of `CertFile`",
      [SETTING_CIPHERS] = "`TLSCipherSuite`",
      [SETTING_RELOAD] = "`systemctl restart pure-ftpd`" } },
    { "ftp", NULL, NULL, {
      [SETTING_ON] = "vsftpd `ssl_enable=YES`, ProFTPD `TLSEngine on` (mod_tls), Pure-FTPd `TLS 1`, each with a "
        "certificate and its key",
      [SETTING_CERT] = "vsftpd `rsa_cert_file`, ProFTPD `TLSRSACertificateFile`, Pure-FTPd `CertFile`",
      [SETTING_CHAIN] = "vsftpd: the file of `rsa_cert_file`; ProFTPD: `TLSCertificateChainFile`; Pure-FTPd: "
        "`CertFile`",
      [SETTING_VERSIONS] = "vsftpd `ssl_tlsv1_2=YES`, ProFTPD `TLSProtocol`",
      [SETTING_CIPHERS] = "vsftpd `ssl_ciphers`, ProFTPD and Pure-FTPd `TLSCipherSuite`",
      [SETTING_CLIENT_CA] = "vsftpd `ca_certs_file`, ProFTPD `TLSCACertificateFile`",
      [SETTING_DH] = "ProFTPD `TLSDHParamFile`",
      [SETTING_RELOAD] = "`systemctl restart` with its name" } },
    { "ldap", NULL, NULL, {
      [SETTING_ON] = "OpenLDAP `olcTLSCertificateFile` and `olcTLSCertificateKeyFile` in cn=config (slapd.conf: "
        "TLSCertificateFile, TLSCertificateKeyFile), readable by the user slapd runs as; 389 Directory Server "
        "`nsslapd-security: on`; Active Directory needs a certificate for server authentication in its machine store",
      [SETTING_CERT] = "OpenLDAP `olcTLSCertificateFile` (slapd.conf: TLSCertificateFile); Active Directory: the "
        "machine's store",
      [SETTING_CHAIN] = "OpenLDAP: the file of `olcTLSCACertificateFile`; Active Directory: the machine's store "
        "of intermediate CAs",
      [SETTING_VERSIONS] = "OpenLDAP `olcTLSProtocolMin: 3.3`; Active Directory: SCHANNEL\\Protocols\\TLS "
        "1.2\\Server, Enabled = 1",
      [SETTING_CIPHERS] = "OpenLDAP `olcTLSCipherSuite`; Active Directory: `Enable-TlsCipherSuite`",
      [SETTING_CLIENT_CA] = "OpenLDAP `olcTLSCACertificateFile`",
      [SETTING_DH] = "OpenLDAP `olcTLSDHParamFile`",
      [SETTING_RELOAD] = "`systemctl restart slapd`" } },
    { "xmpp", NULL, NULL, {
      [SETTING_ON] = "Prosody: a certificate for the domain (`prosodyctl cert import`, `prosodyctl check "
        "certs`); ejabberd: `starttls: true` for the listener, and `certfiles`",
      [SETTING_CERT] = "Prosody `certificate` or `prosodyctl cert import`, ejabberd `certfiles`",
      [SETTING_CHAIN] = "Prosody: the file of `certificate`; ejabberd: that of `certfiles`",
      [SETTING_VERSIONS] = "Prosody `ssl = { protocol = \"tlsv1_2+\" }`, ejabberd `c2s_protocol_options`",
      [SETTING_CIPHERS] = "Prosody `ssl = { ciphers = ... }`, ejabberd `c2s_ciphers`",
      [SETTING_CLIENT_CA] = "Prosody `ssl = { cafile = ... }`, ejabberd `c2s_cafile`",
      [SETTING_DH] = "Prosody `ssl = { dhparam = ... }`, ejabberd `c2s_dhfile`",
      [SETTING_RELOAD] = "`prosodyctl reload`, `ejabberdctl reload_config`" } },
    { "nntp", NULL, NULL, {
      [SETTING_ON] = "INN: `tlscertfile` and `tlskeyfile` in inn.conf, and nnrpd built with TLS",
      [SETTING_CERT] = "INN `tlscertfile`",
      [SETTING_CHAIN] = "INN: the file of `tlscertfile`",
      [SETTING_VERSIONS] = "INN `tlsprotocols`",
      [SETTING_CIPHERS] = "INN `tlsciphers`",
      [SETTING_CLIENT_CA] = "INN `tlscafile`",
      [SETTING_RELOAD] = "nnrpd reads it for each connection" } },
    { "postgres", NULL, NULL, {
      [SETTING_ON] = "`ssl = on` in postgresql.conf with `ssl_cert_file` and `ssl_key_file` (the key readable by "
        "its user alone), then `SELECT pg_reload_conf();`; where that fails the server's log says why, and it goes on "
        "without TLS",
      [SETTING_CERT] = "PostgreSQL `ssl_cert_file`",
      [SETTING_CHAIN] = "PostgreSQL: the file of `ssl_cert_file`",
      [SETTING_VERSIONS] = "PostgreSQL `ssl_min_protocol_version = 'TLSv1.2'`",
      [SETTING_CIPHERS] = "PostgreSQL `ssl_ciphers`",
      [SETTING_CLIENT_CA] = "PostgreSQL `ssl_ca_file`",
      [SETTING_DH] = "PostgreSQL `ssl_dh_params_file`",
      [SETTING_RELOAD] = "`SELECT pg_reload_conf();`" } },
    { "mysql", "mariadb", "MariaDB", {
      [SETTING_ON] = "`ssl_cert`, `ssl_key` and `ssl_ca` under [mariadb], then a restart; `SHOW VARIABLES LIKE "
        "'have_ssl';` says DISABLED where they can't be read",
      [SETTING_CERT] = "`ssl_cert`",
      [SETTING_CHAIN] = "the file of `ssl_cert`",
      [SETTING_VERSIONS] = "`tls_version = TLSv1.2,TLSv1.3`",
      [SETTING_CIPHERS] = "`ssl_cipher`",
      [SETTING_CLIENT_CA] = "`ssl_ca`",
      [SETTING_RELOAD] = "`FLUSH SSL;`" } },
    { "mysql", NULL, NULL, {
      [SETTING_ON] = "`ssl_cert` and `ssl_key` under [mysqld], no `skip_ssl`, then a restart (MySQL 8: `ALTER "
        "INSTANCE RELOAD TLS;`)",
      [SETTING_CERT] = "MySQL and MariaDB `ssl_cert`",
      [SETTING_CHAIN] = "MySQL and MariaDB: the file of `ssl_cert`",
      [SETTING_VERSIONS] = "MySQL and MariaDB `tls_version = TLSv1.2,TLSv1.3`",
      [SETTING_CIPHERS] = "MySQL and MariaDB `ssl_cipher`",
      [SETTING_CLIENT_CA] = "MySQL and MariaDB `ssl_ca`",
      [SETTING_RELOAD] = "MySQL 8 `ALTER INSTANCE RELOAD TLS;`, MariaDB `FLUSH SSL;`" } },
    { "mssql", NULL, NULL, {
      [SETTING_ON] = "a certificate in SQL Server Configuration Manager, under the instance's protocols; its "
        "error log says at the start which certificate was loaded",
      [SETTING_CERT] = "SQL Server Configuration Manager, the instance's protocols",
      [SETTING_CHAIN] = "the machine's store of intermediate CAs",
      [SETTING_VERSIONS] = "SCHANNEL\\Protocols\\TLS 1.2\\Server, Enabled = 1",
      [SETTING_CIPHERS] = "`Enable-TlsCipherSuite`",
      [SETTING_RELOAD] = "a restart of the instance" } },
    { "rdp", NULL, NULL, {
      [SETTING_ON] = "Windows: SecurityLayer = 2 under HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal "
        "Server\\WinStations\\RDP-Tcp; xrdp: `security_layer=negotiate` with `certificate` and `key_file`",
      [SETTING_CERT] = "Windows: SSLCertificateSHA1Hash of Win32_TSGeneralSetting; xrdp `certificate`",
      [SETTING_CHAIN] = "Windows: the machine's store of intermediate CAs; xrdp: the file of `certificate`",
      [SETTING_VERSIONS] = "Windows: SCHANNEL\\Protocols\\TLS 1.2\\Server, Enabled = 1; xrdp `ssl_protocols`",
      [SETTING_CIPHERS] = "Windows: `Enable-TlsCipherSuite`; xrdp `tls_ciphers`",
      [SETTING_RELOAD] = "Windows: `Restart-Service TermService`; `systemctl restart xrdp`" } },
    { "mqtts", NULL, NULL, {
      [SETTING_CERT] = "Mosquitto `certfile`, EMQX `ssl_options.certfile`",
      [SETTING_CHAIN] = "Mosquitto: the file of `certfile`; EMQX: that of `ssl_options.certfile`",
      [SETTING_VERSIONS] = "Mosquitto `tls_version tlsv1.2`, EMQX `ssl_options.versions`",
      [SETTING_CIPHERS] = "Mosquitto `ciphers`, EMQX `ssl_options.ciphers`",
      [SETTING_CLIENT_CA] = "Mosquitto `cafile`, EMQX `ssl_options.cacertfile`",
      [SETTING_DH] = "Mosquitto `dhparamfile`",
      [SETTING_RELOAD] = "`systemctl reload mosquitto`" } },
    { "amqps", NULL, NULL, {
      [SETTING_CERT] = "RabbitMQ `ssl_options.certfile`",
      [SETTING_CHAIN] = "RabbitMQ: the file of `ssl_options.cacertfile`",
      [SETTING_VERSIONS] = "RabbitMQ `ssl_options.versions.1 = tlsv1.2`",
      [SETTING_CIPHERS] = "RabbitMQ `ssl_options.ciphers.1`",
      [SETTING_CLIENT_CA] = "RabbitMQ `ssl_options.cacertfile`",
      [SETTING_DH] = "RabbitMQ `ssl_options.dhfile`",
      [SETTING_RELOAD] = "`rabbitmqctl eval 'ssl:clear_pem_cache().'`" } },
    { "rediss", NULL, NULL, {
      [SETTING_CERT] = "Redis `tls-cert-file`",
      [SETTING_CHAIN] = "Redis: the file of `tls-cert-file`",
      [SETTING_VERSIONS] = "Redis `tls-protocols \"TLSv1.2 TLSv1.3\"`",
      [SETTING_CIPHERS] = "Redis `tls-ciphers`",
      [SETTING_CLIENT_CA] = "Redis `tls-ca-cert-file`",
      [SETTING_DH] = "Redis `tls-dh-params-file`",
      [SETTING_RELOAD] = "`CONFIG SET tls-cert-file FILE`" } },
    { "http", "nginx", "nginx", {
      [SETTING_CERT] = "`ssl_certificate`",
      [SETTING_CHAIN] = "the file of `ssl_certificate` (certbot: fullchain.pem instead of cert.pem)",
      [SETTING_NAME] = "`server_name` and `ssl_certificate` of the right server block; the default block answers "
        "for names no block lists",
      [SETTING_VERSIONS] = "`ssl_protocols TLSv1.2 TLSv1.3;`",
      [SETTING_CIPHERS] = "`ssl_ciphers`",
      [SETTING_CLIENT_CA] = "`ssl_client_certificate`",
      [SETTING_DH] = "`ssl_dhparam`",
      [SETTING_RELOAD] = "`systemctl reload nginx`" } },
    { "http", "apache", "Apache", {
      [SETTING_CERT] = "SSLCertificateFile",
      [SETTING_CHAIN] = "the file of SSLCertificateFile (before 2.4.8: SSLCertificateChainFile)",
      [SETTING_NAME] = "`ServerName` and SSLCertificateFile of the right VirtualHost; the first one answers for "
        "names no other lists",
      [SETTING_VERSIONS] = "`SSLProtocol -all +TLSv1.2 +TLSv1.3`",
      [SETTING_CIPHERS] = "`SSLCipherSuite`",
      [SETTING_CLIENT_CA] = "`SSLCACertificateFile`",
      [SETTING_DH] = "`openssl dhparam 2048` behind the certificate in SSLCertificateFile",
      [SETTING_RELOAD] = "`apachectl graceful`" } },
    { "http", NULL, NULL, {
      [SETTING_CERT] = "nginx `ssl_certificate`, Apache SSLCertificateFile, HAProxy `crt`",
      [SETTING_CHAIN] = "nginx: the file of `ssl_certificate` (certbot: fullchain.pem instead of cert.pem); "
        "Apache: that of SSLCertificateFile (before 2.4.8: SSLCertificateChainFile); HAProxy: the `crt` file, between "
        "the certificate and its key",
      [SETTING_NAME] = "nginx: `server_name` and `ssl_certificate` of the right server block; the default block "
        "answers for names no block lists",
      [SETTING_VERSIONS] = "nginx `ssl_protocols TLSv1.2 TLSv1.3;`, Apache `SSLProtocol -all +TLSv1.2 +TLSv1.3`, "
        "HAProxy `ssl-min-ver TLSv1.2`, OpenSSL `MinProtocol = TLSv1.2` in openssl.cnf, Java: take TLSv1.2 out of "
        "jdk.tls.disabledAlgorithms, Windows: SCHANNEL\\Protocols\\TLS 1.2\\Server, Enabled = 1",
      [SETTING_CIPHERS] = "nginx `ssl_ciphers`, Apache `SSLCipherSuite`, HAProxy `ssl-default-bind-ciphers`, "
        "OpenSSL `CipherString`",
      [SETTING_CLIENT_CA] = "nginx `ssl_client_certificate`, Apache `SSLCACertificateFile`, HAProxy `ca-file`, "
        "stunnel `CAfile`, hitch `client-verify-ca`, lighttpd `ssl.verifyclient.ca-file`, Caddy `trusted_ca_cert_file`, "
        "node `ca:`, Java's trust store",
      [SETTING_DH] = "nginx `ssl_dhparam`, HAProxy `ssl-dh-param-file`",
      [SETTING_RELOAD] = "`systemctl reload nginx`" } },
};

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

static const struct software *software_find(const char *way, const char *banner)
{
    for (size_t i = 0; i < sizeof software_table / sizeof *software_table; i++) {
        const struct software *s = &software_table[i];
        if (strcmp(s->way, way) == 0 && (!s->word || holds(banner, s->word)))
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

char *software_setting(const struct look *l, enum setting setting)
{
    const struct software *s = software_of(l);
    if (setting == SETTING_NAME && s && !s->set[setting])
        setting = SETTING_CERT;
    const char *words = s ? s->set[setting] : NULL;
    if (!words)
        return mem_string("its documentation says how");
    if (!s->name)
        return mem_string(words);
    return setting == SETTING_ON ? mem_format("on this server, %s: %s", s->name, words)
                                 : setting == SETTING_RELOAD ? mem_string(words) : mem_format("%s: %s", s->name, words);
}
