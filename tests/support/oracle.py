"""What the conversion must make of one profile: a second implementation of its rules, written from their text and not from the program.

Of the URL standard only what the table of rejections says is here: hosts must be plain names of ASCII letters, digits, dots and hyphens.
Whoever feeds it other hosts gets an Unsupported.
"""
import json
import re

KNOWN = {'website': ('website', 'Website'), 'imdb': ('imdb', 'IMDb Profile'), 'showreel': ('showreel', 'Showreel'), 'linkedin': ('other', 'LinkedIn'),
         'instagram': ('other', 'Instagram'), 'twitter': ('other', 'Twitter'), 'facebook': ('other', 'Facebook'), 'youtube': ('other', 'YouTube')}
TYPES = ('website', 'imdb', 'showreel', 'other')
BLANK = ''.join(map(chr, range(0x21)))
PLAIN_HOST = re.compile(r'[A-Za-z0-9.-]*[A-Za-z][A-Za-z0-9-]*\Z')


class Unsupported(Exception):
    pass


def trim(text):
    return text.strip(BLANK)


def lower(text):
    return ''.join(chr(ord(c) + 32) if 'A' <= c <= 'Z' else c for c in text)


def rejected_as(url):
    """The reason for which a trimmed URL is rejected, or None."""
    if url == '':
        return 'empty_url'
    if re.search('[\0-\x1f\x7f]', url):
        return 'invalid_url'
    scheme = re.match(r'[A-Za-z][A-Za-z0-9+.-]*:', url)
    if not scheme or '.' in scheme.group():
        return 'missing_scheme' if re.match(r'(//)?[^:/?# ]+\.[^:/?# ]+(:[0-9]+)?([/?#]|\Z)', url) else 'invalid_url'
    if lower(scheme.group()) not in ('http:', 'https:'):
        return 'unsupported_scheme'
    if not url[scheme.end():].startswith('//'):
        return 'invalid_url'
    host = authority(url)[1]
    if ' ' in host or host == '':
        return 'invalid_url'
    if not PLAIN_HOST.match(host):
        raise Unsupported(url)
    return 'url_too_long' if len(url) > 2048 else None


def authority(url):
    """user information, host, port (with its colon), the rest"""
    rest = url.split(':', 1)[1].lstrip('/\\')
    end = re.search(r'[/\\?#]', rest)
    whole, rest = (rest[:end.start()], rest[end.start():]) if end else (rest, '')
    user, host = whole.rsplit('@', 1) if '@' in whole else ('', whole)
    port = ''
    if ':' in host:
        host, port = host.rsplit(':', 1)
        port = ':' + port
    return user + '@' if '@' in whole else '', host, port, rest


def identity(url):
    url = trim(url)
    scheme = lower(url.split(':', 1)[0])
    if ':' not in url or scheme not in ('http', 'https'):
        return url
    user, host, port, rest = authority(url)
    if port in (':', {'http': ':80', 'https': ':443'}[scheme]):
        port = ''
    if rest == '' or rest[0] in '?#':
        rest = '/' + rest
    return scheme + '://' + user + lower(host) + port + rest


def clean(text):
    return trim(re.sub('[\0-\x1f\x7f]+', ' ', text))


def label_of(own, key, url):
    known = KNOWN.get(lower(trim(key)))
    label = clean(own) or (known[1] if known else clean(key))
    if not label:
        label = lower(authority(url)[1])
        label = label[4:] if label.startswith('www.') else label
    label = label or 'Link'
    return label if len(label) <= 40 else label[:39] + '…'


def type_of(own, key):
    known = KNOWN.get(lower(trim(key)))
    own = lower(trim(own))
    return own if own in TYPES else known[0] if known else 'other'


def is_link(value):
    return isinstance(value, dict) and isinstance(value.get('url'), str)


def entry(key, value):
    """(key, url or None, label, type); None stands for an unsupported value"""
    text = lambda name: value[name] if isinstance(value.get(name), str) else ''
    if isinstance(value, str):
        return (key, value, '', '')
    if value is None:
        return (key, '', '', '')
    if is_link(value):
        return (key, value['url'], text('label'), text('type'))
    return (key, None, '', '')


def entries(source):
    """The entries in order, or the reason why the profile is skipped."""
    if source is None or isinstance(source, (bool, int, float)) or source in ({}, []):
        return 'no_data'
    if isinstance(source, str):
        text = trim(source)
        if text == '':
            return 'no_data'
        if text[0] in '{[':
            try:
                inner = json.loads(text)
            except ValueError:
                return 'invalid_json'
            return entries(inner)
        return 'invalid_json' if rejected_as(text) else [entry('', source)]
    if isinstance(source, list):
        return [entry('', value) for value in source]
    if is_link(source) and set(source) <= {'url', 'label', 'type'}:
        return [entry('', source)]
    found = []
    for key, value in source.items():
        found += [entry(key, one) for one in value] if isinstance(value, list) else [entry(key, value)]
    return found


def decide(source_text, existing, largest_position, before=()):
    """The rows that must be created: (label, url, type, position) in order.

    source_text: the column as JSON text, or None. existing: URLs of links that the user has. before: identities that an earlier
    conversion of this profile created and whose rows are gone.
    """
    listed = entries(json.loads(source_text) if source_text is not None else None)
    if isinstance(listed, str):
        return []
    there = {identity(url) for url in existing}
    rows, accepted = [], set()
    position = 0 if largest_position is None else largest_position + 1
    for key, url, label, kind in listed:
        if url is None:
            continue
        url = trim(url)
        if rejected_as(url):
            continue
        who = identity(url)
        if who in accepted:
            continue
        accepted.add(who)
        if who in there:
            continue
        if who in before:
            accepted.discard(who)
            continue
        rows.append((label_of(label, key, url), url, type_of(kind, key), position))
        position += 1
    return rows
