"""The place of scripts/torture: a server of its own, the program run with faults, an application that edits, and what is there to be seen."""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KEYS = ['website', 'imdb', 'showreel', 'Twitter', ' instagram ', 'blog', 'my site', 'x' * 50, '']
BAD = ['', '   ', 'example.com/x', 'no url at all', 'ftp://example.com', 'mailto:a@b.example', 'http:/one.example', 'https://a b.example', 'https://long.example/' + 'a' * 2100]


class Finding(Exception):
    pass


class Fault:
    """One run of the program under a fault. run() gives the exit code of the (first) program."""

    def __init__(self, site, name, run, detail=''):
        self.site, self.name, self.run, self.detail = site, name, run, detail


class Site:
    def __init__(self, arguments, random):
        self.arguments, self.random, self.directory = arguments, random, arguments.directory
        self.journal = os.path.join(self.directory, 'journal')
        self.fresh = 0
        self.proxy = None
        self.url = ''
        self.log_file = open(os.path.join(self.directory, 'log'), 'a', encoding='utf-8')

    # --- the server

    def sandbox(self, *words):
        return subprocess.run([os.path.join(TOP, 'scripts', 'sandbox'), words[0], '--dir', os.path.join(self.directory, 'sandbox'), *words[1:]],
                              check=True, capture_output=True, text=True).stdout.strip()

    def begin(self):
        os.chmod(self.directory, 0o755)
        self.url = self.sandbox('up', '--profiles', '1', '--fast').splitlines()[-1]
        self.admin = self.sandbox('url', '--superuser')
        with open(os.path.join(self.directory, 'sandbox', 'settings'), encoding='utf-8') as settings:
            values = dict(line.rstrip('\n').split('=', 1) for line in settings)
        self.home, self.port = values['home'], values['port']
        self.sql('DELETE FROM users')
        self.add_people(self.arguments.profiles)
        proxy = os.path.join(self.directory, 'proxy')
        os.mkdir(proxy)
        self.proxy = subprocess.Popen([os.path.join(TOP, 'tests', 'support', 'commit_proxy'), self.port, proxy], stderr=subprocess.DEVNULL)
        self.await_(lambda: os.path.exists(os.path.join(proxy, 'port')), 'the proxy')
        with open(os.path.join(proxy, 'port'), encoding='ascii') as port:
            self.through = self.url.replace(f':{self.port}/', f':{port.read()}/')
        code = self.run(['deploy'])
        if code != 0:
            raise Finding(f'deploy ended with {code}')

    def end(self):
        if self.proxy:
            self.proxy.kill()
            self.proxy.wait()
        try:
            self.sandbox('down')
        except subprocess.CalledProcessError:
            pass

    def keep(self):
        kept = tempfile.mkdtemp(prefix='tidemark-finding.')
        for name in os.listdir(self.directory):
            if name.startswith('journal') or name == 'log':
                shutil.copy(os.path.join(self.directory, name), kept)
        with open(os.path.join(kept, 'dump.sql'), 'wb') as dump:
            subprocess.run(['pg_dump', self.admin], stdout=dump, check=False)
        return kept

    def pg_ctl(self, *words):
        binary = sorted(os.listdir('/usr/lib/postgresql'), key=float)[-1]
        account = ['setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--init-groups'] if os.getuid() == 0 else []
        subprocess.run([*account, f'/usr/lib/postgresql/{binary}/bin/pg_ctl', '-s', '-w', '-D', f'{self.home}/data', *words], cwd='/', check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def sql(self, text, url=None):
        done = subprocess.run(['psql', '-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', '-d', url or self.url], input=text, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout

    @staticmethod
    def await_(condition, what):
        end = time.monotonic() + 60
        while not condition():
            if time.monotonic() > end:
                raise RuntimeError(f'not within a minute: {what}')
            time.sleep(0.02)

    def look(self):
        """profile → (user, source as text, rows)"""
        profiles = {}
        for line in self.sql('BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL TimeZone = \'UTC\';'
                             'SELECT json_build_array(id, "userId", "socialLinks"::text) FROM profiles ORDER BY id;'
                             'SELECT row_to_json(l) FROM profile_links l ORDER BY "profileId", position, id; COMMIT;').splitlines():
            value = json.loads(line)
            if isinstance(value, list):
                profiles[value[0]] = (value[1], value[2], [])
            else:
                profiles[value['profileId']][2].append(value)
        return profiles

    # --- the program

    def log(self, text):
        self.log_file.write(text + '\n')
        self.log_file.flush()

    def last_words(self):
        with open(os.path.join(self.directory, 'log'), encoding='utf-8', errors='replace') as log:
            return ' | '.join(log.read().splitlines()[-6:])

    def start(self, words, journal=None, url=None, fault=''):
        environment = {**os.environ, 'DATABASE_URL': url or self.url, 'CI': 'true', 'PGSSLMODE': 'disable', 'PGGSSENCMODE': 'disable',
                       'XDG_STATE_HOME': os.path.join(self.directory, 'state')}
        environment.pop('TIDEMARK_FAULT', None)
        if fault:
            environment['TIDEMARK_FAULT'] = fault
        return subprocess.Popen([self.arguments.program, '--journal', journal or self.journal, '--migrations', os.path.join(TOP, 'migrations'), *words],
                                env=environment, stdout=self.log_file, stderr=self.log_file, stdin=subprocess.DEVNULL)

    def run(self, words, **options):
        try:
            return self.start(words, **options).wait(timeout=300)
        except subprocess.TimeoutExpired:
            raise Finding(f'it hangs: {" ".join(words)[:80]}') from None

    def audit(self):
        if self.run(['audit', 'verify']) != 0:
            raise Finding('audit verify: ' + self.last_words())
        done = subprocess.run([os.path.join(TOP, 'scripts', 'verify_journal'), self.journal], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Finding('verify_journal: ' + done.stdout + done.stderr)

    # --- faults

    def points(self):
        if not hasattr(self, 'names'):
            said = subprocess.run([self.arguments.program, 'faults'], capture_output=True, text=True, check=True).stdout
            self.names = [line.split('\t')[0] for line in said.splitlines()]
        return self.names

    def fault(self, command):
        random = self.random
        kind = random.choice(['none', 'kill', 'kill', 'kill', 'point', 'point', 'point', 'commit', 'commit', 'server', 'backend', 'stop_cont', 'stop_long', 'term', 'two', 'copied'])
        moment = random.random() ** 2 * 1.5
        if kind == 'none':
            return Fault(self, kind, self.run)
        if kind == 'point':
            names = [name for name in self.points() if name.startswith((command + '.', 'lease.', 'run.', 'settle.', 'finish.') + (('pass.',) if command == 'convert' else ()))]
            action = random.choice(['kill', 'kill', 'throw', 'drop', 'sleep=300'])
            text = f'{random.choice(names)}:{random.choice([1, 1, 2, 3, 5])}:{action}'
            return Fault(self, f'point {action.split("=")[0]}', lambda words: self.run(words, fault=text), text)
        if kind == 'commit':
            plan = {random.randrange(1, 8): random.choice(['before', 'after', 'unheard', 'late=200']) for _ in range(random.choice([1, 2, 4]))}
            return Fault(self, kind, lambda words: self.cut_commits(words, plan), str(plan))
        act = {'kill': lambda run: run.kill(), 'term': lambda run: run.terminate(), 'server': lambda run: self.restart(), 'backend': lambda run: self.end_backends(),
               'stop_cont': lambda run: self.sleep(run, 0.5), 'stop_long': lambda run: self.stop_and_take_backends(run),
               'two': lambda run: self.second(), 'copied': lambda run: self.second(copied=True)}[kind]
        return Fault(self, kind, lambda words: self.at_moment(words, moment, act), f'at {moment:.3f} s')

    def at_moment(self, words, moment, act):
        self.words = words
        run = self.start(words)
        try:
            run.wait(timeout=moment)
        except subprocess.TimeoutExpired:
            act(run)
        try:
            return run.wait(timeout=300)
        except subprocess.TimeoutExpired:
            run.kill()
            raise Finding('it hangs after the fault') from None

    def cut_commits(self, words, plan):
        path = os.path.join(self.directory, 'proxy', 'plan')
        with open(path + '.new', 'w', encoding='ascii') as out:
            out.writelines(f'{number} {way}\n' for number, way in plan.items())
        os.rename(path + '.new', path)
        return self.run(words, url=self.through)

    def restart(self):
        self.pg_ctl('stop', '-m', 'immediate')
        self.pg_ctl('start', '-l', f'{self.home}/server.log', '-o', f'-p {self.port}')
        self.await_(lambda: subprocess.run(['psql', '-X', '-q', '-d', self.url, '-c', 'SELECT'], capture_output=True, check=False).returncode == 0, 'the server')

    def end_backends(self):
        self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'tidemark/%'", self.admin)

    @staticmethod
    def sleep(run, seconds):
        run.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        run.send_signal(signal.SIGCONT)

    def stop_and_take_backends(self, run):
        """What a stop beyond the time limits does to a client: the server ended its sessions meanwhile."""
        run.send_signal(signal.SIGSTOP)
        self.end_backends()
        run.send_signal(signal.SIGCONT)

    def second(self, copied=False):
        """Another runner, with the same journal or a copy, beside the first: it must be kept out, or find the first gone."""
        journal = self.journal
        if copied:
            journal = os.path.join(self.directory, 'journal.twin')  # journal.copy is what a clean end of the first one leaves
            for suffix in ('', '-wal'):
                if os.path.exists(self.journal + suffix):
                    shutil.copy(self.journal + suffix, journal + suffix)
                elif os.path.exists(journal + suffix):
                    os.remove(journal + suffix)
            for suffix in ('-shm',):
                if os.path.exists(journal + suffix):
                    os.remove(journal + suffix)
        code = self.run(self.words, journal=journal)
        allowed = (0, 1, 4, 5, 6, 7, 75) if not copied else (6, 7, 0, 4, 75)
        if code not in allowed:
            raise Finding(f'the second runner ended with {code}: {self.last_words()}')
        if copied and code in (0, 4):  # the first was through: the copy was whole, went on, and is the journal now
            for suffix in ('', '-wal', '-shm'):
                if os.path.exists(journal + suffix):
                    shutil.copy(journal + suffix, self.journal + suffix)
                elif os.path.exists(self.journal + suffix):
                    os.remove(self.journal + suffix)

    # --- the application

    def source(self):
        random = self.random
        self.fresh += 1

        def url():
            if random.random() < 0.2:
                return random.choice(BAD)
            n = self.fresh % 40 if random.random() < 0.4 else f'{self.fresh}-{random.randrange(1000)}'
            return random.choice(['https://site-{}.example', 'http://Www.Site-{}.Example:80/', ' https://site-{}.example/path?q#f ', 'HTTPS://user@site-{}.example:443?x', 'https://site-{}.example/' + 'é' * 30]).format(n)

        def value():
            return random.choice([url, url, url, lambda: None, lambda: 7, lambda: [url(), url()],
                                  lambda: {'url': url(), 'label': random.choice(['', 'Mine', 'two\nlines', 'ü' * 45]), 'type': random.choice(['IMDB', 'other', 'strange', ''])}])()
        shape = random.randrange(10)
        if shape == 0:
            return random.choice([None, {}, [], 5, '', '{broken'])
        if shape == 1:
            return url()
        if shape == 2:
            return json.dumps({'website': url()})
        if shape == 3:
            return [value() for _ in range(random.randrange(1, 4))]
        if shape == 4:
            return {'url': url(), 'label': 'One'}
        return {random.choice(KEYS): value() for _ in range(random.randrange(1, 5))}

    @staticmethod
    def literal(value):
        return 'NULL' if value is None else "'" + json.dumps(value, ensure_ascii=False).replace("'", "''") + "'::jsonb"

    def add_people(self, count):
        lines = []
        for _ in range(count):
            self.fresh += 1
            name = f'p{self.fresh}'
            lines.append(f"WITH u AS (INSERT INTO users (id, username, email, password, \"displayName\", \"updatedAt\") VALUES (gen_random_uuid(), '{name}', '{name}@t.example', '', '', now()) RETURNING id)"
                         f" INSERT INTO profiles (id, \"userId\", \"vanityUrl\", \"socialLinks\", \"updatedAt\") SELECT gen_random_uuid(), id, '{name}', {self.literal(self.source())}, now() FROM u;")
        self.sql('\n'.join(lines))

    def statement(self, key):
        """One edit of one profile, by chance."""
        where = f"WHERE \"profileId\" = '{key}'"
        one = f"id = (SELECT id FROM profile_links {where} ORDER BY position, id LIMIT 1)"
        return self.random.choice([
            f"UPDATE profiles SET \"socialLinks\" = {self.literal(self.source())} WHERE id = '{key}';",
            f"UPDATE profiles SET \"socialLinks\" = {self.literal(self.source())} WHERE id = '{key}';",
            f"INSERT INTO profile_links (id, \"userId\", \"profileId\", label, url, type, position, \"updatedAt\") SELECT gen_random_uuid(), \"userId\", id, 'own', 'https://own-{self.random.randrange(99)}.example', 'other', {self.random.randrange(9)}, now() FROM profiles WHERE id = '{key}';",
            f"DELETE FROM profile_links WHERE {one};",
            f"UPDATE profile_links SET label = 'edited', \"updatedAt\" = now() WHERE {one};",
            f"DELETE FROM users WHERE id = (SELECT \"userId\" FROM profiles WHERE id = '{key}') AND {self.random.randrange(3)} = 0;"])

    def edit(self, count):
        """In quiet: before a life."""
        keys = self.sql('SELECT id FROM profiles ORDER BY "vanityUrl"').split()
        for _ in range(count):
            self.sql(self.statement(self.random.choice(keys)))
        if len(keys) < self.arguments.profiles:
            self.add_people(self.arguments.profiles - len(keys) + 3)

    def edit_beside(self, keys, pace):
        """While a life runs; the server may go away meanwhile."""
        for key in keys:
            try:
                self.sql("SET lock_timeout = '5s';" + self.statement(key))
            except RuntimeError:
                pass
            time.sleep(pace / 10)
