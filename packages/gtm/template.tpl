___INFO___

{
  "type": "TAG",
  "id": "cvt_temp_public_id",
  "version": 1,
  "securityGroups": [],
  "displayName": "Unblink",
  "categories": [
    "PERSONALIZATION",
    "EXPERIMENTATION",
    "ANALYTICS"
  ],
  "brand": {
    "id": "brand_dummy",
    "displayName": "Unblink"
  },
  "description": "Personalises slots of a page without a blink: starts Unblink, connects it with the data layer, and follows Google's consent mode.",
  "containerContexts": [
    "WEB"
  ]
}


___TEMPLATE_PARAMETERS___

[
  {
    "type": "RADIO",
    "name": "action",
    "displayName": "What this tag does",
    "radioItems": [
      {
        "value": "start",
        "displayValue": "Start Unblink on this page"
      },
      {
        "value": "consent",
        "displayValue": "Tell Unblink what the visitor has consented to"
      }
    ],
    "simpleValueType": true,
    "defaultValue": "start"
  },
  {
    "type": "TEXT",
    "name": "key",
    "displayName": "Site key",
    "simpleValueType": true,
    "help": "The browser key of your site config: keys.browser.",
    "valueHint": "pk_your_site",
    "valueValidators": [
      {
        "type": "NON_EMPTY"
      }
    ],
    "enablingConditions": [
      {
        "paramName": "action",
        "paramValue": "start",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "TEXT",
    "name": "base",
    "displayName": "Path or address of Unblink",
    "simpleValueType": true,
    "help": "A path of your own site that is passed on to the Unblink server, like /u, or the server's address, like https://u.example.com.",
    "defaultValue": "/u",
    "valueValidators": [
      {
        "type": "NON_EMPTY"
      },
      {
        "type": "REGEX",
        "args": [
          "^(/|https://).*"
        ],
        "errorMessage": "A path that begins with / or an address that begins with https://"
      }
    ],
    "enablingConditions": [
      {
        "paramName": "action",
        "paramValue": "start",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "SIMPLE_TABLE",
    "name": "slots",
    "displayName": "Slots of this page",
    "help": "As they are named in the site config. Leave this empty when the page has the Unblink snippet in its head: then only the data layer is connected.",
    "newRowButtonText": "Add a slot",
    "simpleTableColumns": [
      {
        "defaultValue": "",
        "displayName": "Name",
        "name": "name",
        "type": "TEXT",
        "isUnique": true,
        "valueHint": "home.hero",
        "valueValidators": [
          {
            "type": "NON_EMPTY"
          }
        ]
      },
      {
        "defaultValue": "",
        "displayName": "CSS selector",
        "name": "selector",
        "type": "TEXT",
        "valueHint": "#hero, or empty for data-unblink"
      },
      {
        "defaultValue": "",
        "displayName": "Deadline, ms",
        "name": "deadlineMs",
        "type": "TEXT",
        "valueHint": "400",
        "valueValidators": [
          {
            "type": "REGEX",
            "args": [
              "^([0-9]{2,4})?$"
            ],
            "errorMessage": "Milliseconds from 50 to 3000, or nothing"
          }
        ]
      },
      {
        "defaultValue": "fade",
        "displayName": "If the page is painted first",
        "name": "late",
        "type": "SELECT",
        "macrosInSelect": false,
        "selectItems": [
          {
            "value": "fade",
            "displayValue": "Fade to the variant"
          },
          {
            "value": "keep",
            "displayValue": "Keep the default in this view"
          },
          {
            "value": "next",
            "displayValue": "Never change this view"
          }
        ]
      }
    ],
    "enablingConditions": [
      {
        "paramName": "action",
        "paramValue": "start",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "SELECT",
    "name": "consent",
    "displayName": "Consent",
    "macrosInSelect": false,
    "selectItems": [
      {
        "value": "google",
        "displayValue": "Follow Google consent mode"
      },
      {
        "value": "granted",
        "displayValue": "Granted: my trigger fires this tag only with consent"
      },
      {
        "value": "pending",
        "displayValue": "Pending, until a consent tag or unblink.consent says more"
      }
    ],
    "simpleValueType": true,
    "defaultValue": "google",
    "help": "analytics_storage is analytics, personalization_storage is personalization. Pending: nothing is stored, and every slot is still decided.",
    "enablingConditions": [
      {
        "paramName": "action",
        "paramValue": "start",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "SELECT",
    "name": "personalization",
    "displayName": "Personalization",
    "macrosInSelect": true,
    "selectItems": [
      {
        "value": "granted",
        "displayValue": "Granted"
      },
      {
        "value": "denied",
        "displayValue": "Denied"
      },
      {
        "value": "pending",
        "displayValue": "Not asked yet"
      }
    ],
    "simpleValueType": true,
    "defaultValue": "granted",
    "enablingConditions": [
      {
        "paramName": "action",
        "paramValue": "consent",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "SELECT",
    "name": "analytics",
    "displayName": "Analytics",
    "macrosInSelect": true,
    "selectItems": [
      {
        "value": "granted",
        "displayValue": "Granted"
      },
      {
        "value": "denied",
        "displayValue": "Denied"
      },
      {
        "value": "pending",
        "displayValue": "Not asked yet"
      }
    ],
    "simpleValueType": true,
    "defaultValue": "granted",
    "enablingConditions": [
      {
        "paramName": "action",
        "paramValue": "consent",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "GROUP",
    "name": "more",
    "displayName": "More",
    "groupStyle": "ZIPPY_CLOSED",
    "subParams": [
      {
        "type": "TEXT",
        "name": "scripts",
        "displayName": "Address of the scripts",
        "simpleValueType": true,
        "help": "The folder that holds unblink.js, unblink-boot.js and unblink-gtm.js, when that is not the path or address above.",
        "valueValidators": [
          {
            "type": "REGEX",
            "args": [
              "^((/|https://).*)?$"
            ],
            "errorMessage": "A path that begins with / or an address that begins with https://"
          }
        ]
      },
      {
        "type": "TEXT",
        "name": "layers",
        "displayName": "Data layers",
        "simpleValueType": true,
        "help": "Names, separated by commas. What Unblink pushes goes to the first.",
        "defaultValue": "dataLayer"
      },
      {
        "type": "CHECKBOX",
        "name": "debug",
        "checkboxText": "Say in the console what is done",
        "simpleValueType": true
      }
    ],
    "enablingConditions": [
      {
        "paramName": "action",
        "paramValue": "start",
        "type": "EQUALS"
      }
    ]
  }
]


___SANDBOXED_JS_FOR_WEB_TEMPLATE___

const addConsentListener = require('addConsentListener');
const copyFromWindow = require('copyFromWindow');
const createQueue = require('createQueue');
const getUrl = require('getUrl');
const injectScript = require('injectScript');
const isConsentGranted = require('isConsentGranted');
const logToConsole = require('logToConsole');
const makeNumber = require('makeNumber');
const setInWindow = require('setInWindow');

const log = function(message) {
  if (data.debug) logToConsole('[unblink] ' + message);
};

// Read by unblink-gtm.js, now or when it comes.
const tell = createQueue('unblinkLayer');

const trimEnd = function(address) {
  return address.charAt(address.length - 1) === '/' ? address.slice(0, -1) : address;
};

// GTM injects scripts by their whole address only.
const toAddress = function(path) {
  if (path.charAt(0) !== '/') return path;
  const port = getUrl('port');
  const isUsual = !port || port === '443' || port === '80';
  return getUrl('protocol') + '://' + getUrl('host') + (isUsual ? '' : ':' + port) + path;
};

// Not granted is pending, not denied: until the visitor has answered nothing may be erased either.
const getConsent = function() {
  if (data.consent !== 'google') return { personalization: data.consent, analytics: data.consent };
  const mayPersonalize = isConsentGranted('personalization_storage') && isConsentGranted('ad_personalization');
  return {
    personalization: mayPersonalize ? 'granted' : 'pending',
    analytics: isConsentGranted('analytics_storage') ? 'granted' : 'pending'
  };
};

const followConsent = function(type, purpose) {
  addConsentListener(type, function(changed, isGranted) {
    const said = { event: 'unblink.consent' };
    said[purpose] = isGranted ? 'granted' : 'denied';
    log(changed + ' is ' + said[purpose]);
    tell(said);
  });
};

const getSlots = function() {
  const slots = {};
  (data.slots || []).forEach(function(row) {
    const slot = { late: row.late || 'fade' };
    if (row.selector) slot.selector = row.selector;
    const deadlineMs = makeNumber(row.deadlineMs || 0);
    if (deadlineMs >= 50 && deadlineMs <= 3000) slot.deadlineMs = deadlineMs;
    if (row.name) slots[row.name] = slot;
  });
  return slots;
};

const start = function() {
  const base = trimEnd(data.base);
  const scripts = toAddress(trimEnd(data.scripts || base));
  const consent = getConsent();
  const layers = (data.layers || 'dataLayer').split(',').map(function(name) {
    return name.trim();
  }).filter(function(name) {
    return name !== '';
  });
  // The first tag of a page wins; a second container changes nothing.
  setInWindow('unblinkGtm', {
    boot: {
      v: 1,
      key: data.key,
      base: base,
      consent: consent.personalization,
      analytics: consent.analytics,
      slots: getSlots()
    },
    layers: layers,
    consent: data.consent === 'google' ? 'google' : 'own',
    debug: data.debug === true
  }, false);
  if (data.consent === 'google') {
    followConsent('analytics_storage', 'analytics');
    followConsent('personalization_storage', 'personalization');
  }

  const fail = function() {
    logToConsole('[unblink] A script of ' + scripts + ' cannot be loaded. Check the path or address in the tag.');
    data.gtmOnFailure();
  };
  // Firefox ends what a page is loading when one of its links is followed, but begins what is asked for from then on. What
  // was clicked or pushed until then waits for the runtime. GTM asks for one address once, so another token is needed.
  const loadRuntime = function(done) {
    const address = scripts + '/unblink.js';
    injectScript(address, done, function() {
      log('the runtime is asked for again');
      injectScript(address, done, fail, 'unblink-runtime-again');
    }, 'unblink-runtime');
  };
  const loadRest = function() {
    log('the snippet is there');
    let missing = 2;
    const done = function() {
      missing = missing - 1;
      if (missing === 0) data.gtmOnSuccess();
    };
    injectScript(scripts + '/unblink-gtm.js', done, fail, 'unblink-gtm');
    if (copyFromWindow('unblink.runtime')) done();
    else loadRuntime(done);
  };
  // A snippet in the head of the page was earlier than we can be.
  if (copyFromWindow('unblink.key')) loadRest();
  else injectScript(scripts + '/unblink-boot.js', loadRest, fail, 'unblink-boot');
};

if (data.action === 'consent') {
  tell({ event: 'unblink.consent', personalization: data.personalization, analytics: data.analytics });
  data.gtmOnSuccess();
} else {
  start();
}


___WEB_PERMISSIONS___

[
  {
    "instance": {
      "key": {
        "publicId": "inject_script",
        "versionId": "1"
      },
      "param": [
        {
          "key": "urls",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 1,
                "string": "https://*/unblink.js"
              },
              {
                "type": 1,
                "string": "https://*/*/unblink.js"
              },
              {
                "type": 1,
                "string": "https://*/unblink-boot.js"
              },
              {
                "type": 1,
                "string": "https://*/*/unblink-boot.js"
              },
              {
                "type": 1,
                "string": "https://*/unblink-gtm.js"
              },
              {
                "type": 1,
                "string": "https://*/*/unblink-gtm.js"
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "access_globals",
        "versionId": "1"
      },
      "param": [
        {
          "key": "keys",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "key"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  },
                  {
                    "type": 1,
                    "string": "execute"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "unblinkGtm"
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": false
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "key"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  },
                  {
                    "type": 1,
                    "string": "execute"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "unblinkLayer"
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": false
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "key"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  },
                  {
                    "type": 1,
                    "string": "execute"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "unblink.key"
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": false
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "key"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  },
                  {
                    "type": 1,
                    "string": "execute"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "unblink.runtime"
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": false
                  }
                ]
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "access_consent",
        "versionId": "1"
      },
      "param": [
        {
          "key": "consentTypes",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "analytics_storage"
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": false
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "personalization_storage"
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": false
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "ad_personalization"
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": false
                  }
                ]
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "get_url",
        "versionId": "1"
      },
      "param": [
        {
          "key": "urlParts",
          "value": {
            "type": 1,
            "string": "specific"
          }
        },
        {
          "key": "protocol",
          "value": {
            "type": 8,
            "boolean": true
          }
        },
        {
          "key": "host",
          "value": {
            "type": 8,
            "boolean": true
          }
        },
        {
          "key": "port",
          "value": {
            "type": 8,
            "boolean": true
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "logging",
        "versionId": "1"
      },
      "param": [
        {
          "key": "environments",
          "value": {
            "type": 1,
            "string": "debug"
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  }
]


___TESTS___

scenarios:
- name: 'Starting loads the snippet, then the bridge and the runtime from the same folder'
  code: |-
    runCode(fields);
    assertThat(injected).isEqualTo([
      'https://shop.example/u/unblink-boot.js',
      'https://shop.example/u/unblink-gtm.js',
      'https://shop.example/u/unblink.js'
    ]);
    assertApi('gtmOnSuccess').wasCalled();
    assertApi('gtmOnFailure').wasNotCalled();
- name: 'The snippet is told key, base, consent and slots, and never over what another tag has said'
  code: |-
    let said;
    mock('setInWindow', function(path, value, isOver) {
      said = { path: path, value: value, isOver: isOver };
      return true;
    });
    runCode(fields);
    assertThat(said.path).isEqualTo('unblinkGtm');
    assertThat(said.isOver).isFalse();
    assertThat(said.value.boot).isEqualTo({
      v: 1,
      key: 'pk_shop',
      base: '/u',
      consent: 'granted',
      analytics: 'granted',
      slots: { 'home.hero': { late: 'fade' } }
    });
    assertThat(said.value.layers).isEqualTo(['dataLayer']);
- name: 'A slot has a selector and a deadline where they are given, and a deadline that is none is left out'
  code: |-
    let slots;
    mock('setInWindow', function(path, value) {
      slots = value.boot.slots;
      return true;
    });
    fields.slots = [
      { name: 'a', selector: '#a', deadlineMs: '250', late: 'keep' },
      { name: 'b', selector: '', deadlineMs: '9', late: 'next' },
      { name: '', selector: '#c', deadlineMs: '', late: 'fade' }
    ];
    runCode(fields);
    assertThat(slots).isEqualTo({ a: { late: 'keep', selector: '#a', deadlineMs: 250 }, b: { late: 'next' } });
- name: 'An address elsewhere is used as it is, without its last slash'
  code: |-
    fields.base = 'https://u.shop.example/';
    runCode(fields);
    assertThat(injected[0]).isEqualTo('https://u.shop.example/unblink-boot.js');
- name: 'The scripts may be in another folder, and the page on another port'
  code: |-
    fields.scripts = '/static/';
    mock('getUrl', function(part) {
      return { protocol: 'https', host: 'shop.example', port: '8443' }[part];
    });
    runCode(fields);
    assertThat(injected[0]).isEqualTo('https://shop.example:8443/static/unblink-boot.js');
- name: 'Beside a snippet in the page and its runtime, only the bridge is loaded'
  code: |-
    mock('copyFromWindow', function(path) {
      return path === 'unblink.key' ? 'pk_shop' : 'https://shop.example/u/unblink.js';
    });
    runCode(fields);
    assertThat(injected).isEqualTo(['https://shop.example/u/unblink-gtm.js']);
    assertApi('gtmOnSuccess').wasCalled();
- name: 'A script that cannot be loaded fails the tag, and nothing more is loaded'
  code: |-
    mock('injectScript', function(address, onLoad, onError) {
      injected.push(address);
      onError();
    });
    runCode(fields);
    assertThat(injected).hasLength(1);
    assertApi('gtmOnFailure').wasCalled();
    assertApi('gtmOnSuccess').wasNotCalled();
- name: 'The runtime is asked for once more, and the tag is done when it comes'
  code: |-
    mock('injectScript', function(address, onLoad, onError) {
      injected.push(address);
      const isFirst = injected.filter(function(one) {
        return one === address;
      }).length === 1;
      if (address === 'https://shop.example/u/unblink.js' && isFirst) onError();
      else onLoad();
    });
    runCode(fields);
    assertThat(injected.slice(2)).isEqualTo(['https://shop.example/u/unblink.js', 'https://shop.example/u/unblink.js']);
    assertApi('gtmOnSuccess').wasCalled();
    assertApi('gtmOnFailure').wasNotCalled();
- name: 'A runtime that never comes is asked for twice, and fails the tag'
  code: |-
    mock('injectScript', function(address, onLoad, onError) {
      injected.push(address);
      if (address === 'https://shop.example/u/unblink.js') onError();
      else onLoad();
    });
    runCode(fields);
    assertThat(injected).hasLength(4);
    assertApi('gtmOnFailure').wasCalled();
    assertApi('gtmOnSuccess').wasNotCalled();
- name: 'What Google consent mode has not granted is pending, and each change of it is told'
  code: |-
    const listeners = {};
    const told = [];
    let boot;
    mock('isConsentGranted', function(type) {
      return type === 'ad_personalization';
    });
    mock('addConsentListener', function(type, listener) {
      listeners[type] = listener;
    });
    mock('createQueue', function() {
      return function(item) {
        told.push(item);
      };
    });
    mock('setInWindow', function(path, value) {
      boot = value.boot;
      return true;
    });
    runCode(fields);
    assertThat(boot.consent).isEqualTo('pending');
    assertThat(boot.analytics).isEqualTo('pending');
    listeners.analytics_storage('analytics_storage', true);
    listeners.personalization_storage('personalization_storage', false);
    assertThat(told).isEqualTo([
      { event: 'unblink.consent', analytics: 'granted' },
      { event: 'unblink.consent', personalization: 'denied' }
    ]);
- name: 'Who has refused personalised advertising starts pending; the data layer tells the rest'
  code: |-
    let boot;
    mock('isConsentGranted', function(type) {
      return type !== 'ad_personalization';
    });
    mock('setInWindow', function(path, value) {
      boot = value.boot;
      return true;
    });
    runCode(fields);
    assertThat(boot.consent).isEqualTo('pending');
    assertThat(boot.analytics).isEqualTo('granted');
- name: 'A consent that the marketer answers for is not looked up'
  code: |-
    let settings;
    mock('setInWindow', function(path, value) {
      settings = value;
      return true;
    });
    fields.consent = 'granted';
    runCode(fields);
    assertThat(settings.boot.consent).isEqualTo('granted');
    assertThat(settings.consent).isEqualTo('own');
    assertApi('isConsentGranted').wasNotCalled();
    assertApi('addConsentListener').wasNotCalled();
- name: 'The consent tag tells the choice and loads nothing'
  code: |-
    const told = [];
    mock('createQueue', function(path) {
      assertThat(path).isEqualTo('unblinkLayer');
      return function(item) {
        told.push(item);
      };
    });
    runCode({ action: 'consent', personalization: 'denied', analytics: 'granted' });
    assertThat(told).isEqualTo([{ event: 'unblink.consent', personalization: 'denied', analytics: 'granted' }]);
    assertThat(injected).hasLength(0);
    assertApi('gtmOnSuccess').wasCalled();
- name: 'Only who asks for it reads of it in the console'
  code: |-
    runCode(fields);
    assertApi('logToConsole').wasNotCalled();
    fields.debug = true;
    runCode(fields);
    assertApi('logToConsole').wasCalledWith('[unblink] the snippet is there');
setup: |-
  const fields = {
    action: 'start',
    key: 'pk_shop',
    base: '/u',
    slots: [{ name: 'home.hero', selector: '', deadlineMs: '', late: 'fade' }],
    consent: 'google',
    layers: 'dataLayer'
  };
  const injected = [];
  mock('getUrl', function(part) {
    return { protocol: 'https', host: 'shop.example', port: '443' }[part];
  });
  mock('injectScript', function(address, onLoad) {
    injected.push(address);
    onLoad();
  });


___NOTES___

One template, two actions: a tag that starts Unblink, and tags that tell it the visitor's choice where that is not in
Google's consent mode. Generated from the sources in packages/gtm/template; change those, not this.
